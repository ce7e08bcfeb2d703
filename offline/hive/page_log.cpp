// Reads the bits of a log and finds the pages that belong to them.
#include "offline/hive/page_log.hpp"

#include <utility>

#include "offline/bytes.hpp"
#include "offline/hive/base_block.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::uint32_t log_page = 512;
constexpr std::size_t bits_begin = base_block_length + sizeof pages_mark;

// Returns neighbouring pages whose bits are set as one, with where they begin in the log.
std::vector<LoggedPage> runs_of(Bytes bits, std::uint32_t pages, std::uint64_t place) {
    std::vector<LoggedPage> runs;
    bool before = false;
    for (std::uint32_t i = 0; i < pages; ++i) {
        const bool set = (std::to_integer<unsigned>(bits[i / 8]) >> i % 8 & 1U) != 0;
        if (set && before) {
            runs.back().size += log_page;
        } else if (set) {
            runs.push_back({.offset = i * log_page, .size = log_page, .place = place});
        }
        place += set ? log_page : 0;
        before = set;
    }
    return runs;
}

} // namespace

Result<std::vector<LoggedPage>> read_page_log(ByteSource& log, std::uint32_t bins_size) {
    const auto pages = bins_size / log_page;
    const auto begin =
        (bits_begin + (std::size_t{pages} + 7) / 8 + log_page - 1) / log_page * log_page;
    if (pages == 0 || bins_size > largest_bins || log.size() < begin) {
        return std::vector<LoggedPage>();
    }
    std::vector<std::byte> bytes(begin - base_block_length);
    if (auto read = log.read(base_block_length, bytes); !read) {
        return std::move(read).error();
    }
    if (number_at<std::uint32_t>(bytes, 0) != pages_mark) {
        return std::vector<LoggedPage>();
    }
    auto runs = runs_of(Bytes(bytes).subspan(sizeof pages_mark), pages, begin);
    if (!runs.empty() && runs.back().place + runs.back().size > log.size()) {
        runs.clear();
    }
    return runs;
}

} // namespace rdpsweep::offline
