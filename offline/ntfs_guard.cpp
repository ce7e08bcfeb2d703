// libfsntfs (2020 to 2026) takes fields of a reparse point's data by its tag, without asking how
// long the data is: of none it reads at address 12.
#include "offline/ntfs_guard.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::uint32_t record_magic = 0x454C4946; // "FILE"
constexpr std::uint32_t last_attribute = 0xFFFFFFFF;
constexpr std::uint32_t reparse_point = 0xC0;
constexpr std::size_t shortest_attribute = 24;
constexpr std::size_t sector_bytes = 512;
constexpr std::size_t reparse_header = 8;
constexpr std::size_t most_fields = 16; // that the library takes of any kind

std::size_t word(Bytes bytes, std::size_t at) noexcept {
    return number_at<std::uint16_t>(bytes, at).value_or(0);
}

// Puts back the two last bytes of each sector, which NTFS keeps at the record's begin.
std::vector<std::byte> without_marks(Bytes record) {
    std::vector<std::byte> bytes(record.begin(), record.end());
    const auto kept = word(record, 4);
    const auto count = word(record, 6);
    for (std::size_t i = 1; i < count && i * sector_bytes <= bytes.size(); ++i) {
        const auto end = slice(record, kept + 2 * i, 2);
        if (end) {
            std::copy(end->begin(), end->end(), bytes.data() + i * sector_bytes - 2);
        }
    }
    return bytes;
}

bool is_whole_reparse_point(Bytes attribute) noexcept {
    const bool elsewhere = number_at<std::uint8_t>(attribute, 8) != 0;
    const auto size = number_at<std::uint32_t>(attribute, 16).value_or(0);
    const auto value = slice(attribute, word(attribute, 20), size);
    return !elsewhere && value && value->size() >= reparse_header + most_fields &&
           word(*value, 4) >= most_fields;
}

} // namespace

void guard_record(std::span<std::byte> bytes) {
    const bool sized = bytes.size() == 1024 || bytes.size() == 4096;
    if (!sized || number_at<std::uint32_t>(bytes, 0) != record_magic) {
        return;
    }
    const auto record = without_marks(bytes);
    for (auto at = word(record, 20); at + shortest_attribute <= record.size();) {
        const auto type = number_at<std::uint32_t>(record, at).value_or(last_attribute);
        const auto length = number_at<std::uint32_t>(record, at + 4).value_or(0);
        const auto attribute = slice(record, at, length);
        if (type == last_attribute || length < shortest_attribute || !attribute) {
            return;
        }
        if (type == reparse_point && !is_whole_reparse_point(*attribute)) {
            bytes[at] = std::byte{0xF0}; // no mark is here: an attribute begins at a multiple of 8
        }
        at += length;
    }
}

} // namespace rdpsweep::offline
