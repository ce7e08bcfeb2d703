// Reads a cell: its size, and of its bytes what is wanted, mostly by one read.
#include "offline/hive/cells.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <span>

#include "offline/bytes.hpp"
#include "offline/hive/base_block.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t cell_head = 4;    // of a cell: its size
constexpr std::size_t cell_step = 8;    // cells begin and end at multiples of it
constexpr std::size_t read_page = 4096; // no block that is fetched is smaller
constexpr std::size_t at_once = 512;

// Returns the size of a cell with its head; nothing where none in use can be so large. That of a
// cell in use is written negative.
std::optional<std::uint64_t> size_of(std::uint32_t written, std::uint64_t room) noexcept {
    const std::uint64_t size = std::uint32_t{0} - written;
    if (written <= 0x80000000U || size % cell_step != 0 || size > room) {
        return std::nullopt;
    }
    return size;
}

} // namespace

Error bad_cell(std::uint32_t offset, const char* what) {
    std::array<char, 16> place{};
    std::snprintf(place.data(), place.size(), "0x%x", offset);
    return {
        Phase::run,
        Errc::malformed_output,
        std::string("the hive is damaged: cell ") + place.data() + " " + what};
}

Cells::Cells(ByteSource& hive, std::uint32_t bins_size) noexcept
    : hive_(&hive),
      end_(std::min<std::uint64_t>(hive.size(), cells_begin + std::uint64_t{bins_size})) {}

Result<std::vector<std::byte>> Cells::read(std::uint32_t offset, std::size_t most) const {
    const auto place = cells_begin + std::uint64_t{offset};
    if (offset % cell_step != 0 || place + cell_step > end_) {
        return bad_cell(offset, "lies outside of it");
    }
    // No further than its page, lest a block be fetched for bytes that the cell does not have.
    const auto near = std::min({at_once, read_page - place % read_page, std::size_t(end_ - place)});
    std::array<std::byte, at_once> first{};
    const auto begun = std::span(first).first(near);
    if (auto got = hive_->read(place, begun); !got) {
        return std::move(got).error();
    }
    const auto size = size_of(number_at<std::uint32_t>(begun, 0).value_or(0), end_ - place);
    if (!size) {
        return bad_cell(offset, "has no size that a cell in use can have");
    }
    std::vector<std::byte> bytes(std::min<std::uint64_t>(*size - cell_head, most));
    const auto known = std::min(bytes.size(), near - cell_head);
    std::copy_n(begun.begin() + cell_head, known, bytes.begin());
    if (known < bytes.size()) {
        auto rest = hive_->read(place + cell_head + known, std::span(bytes).subspan(known));
        if (!rest) {
            return std::move(rest).error();
        }
    }
    return bytes;
}

} // namespace rdpsweep::offline
