// Reads an entry of a log, and believes it by its hashes only.
#include "offline/hive/log_entry.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "offline/bytes.hpp"
#include "offline/hive/base_block.hpp"
#include "offline/hive/marvin.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t entry_head = 40; // then come 8 bytes for each page, then the pages
constexpr std::size_t hashed_head = 32;
constexpr std::uint32_t entry_step = 512; // entries begin and end at multiples of it
constexpr std::uint32_t bin = 4096;       // the hive's size is a multiple of it

// Nothing: the bytes cannot be the head of an entry that ends where the log does or before.
std::optional<LogEntry> read_head(Bytes bytes, std::uint64_t room) {
    const auto field = [bytes](std::size_t at) {
        return number_at<std::uint32_t>(bytes, at).value_or(0);
    };
    const auto count = field(20);
    LogEntry entry{
        .size = field(4),
        .flags = field(8),
        .sequence = field(12),
        .bins_size = field(16),
        .pages = {}};
    const bool sound = field(0) == entry_mark && entry.size >= entry_step &&
                       entry.size % entry_step == 0 && entry.size <= room && entry.bins_size != 0 &&
                       entry.bins_size % bin == 0 && entry.bins_size <= largest_bins &&
                       count != 0 && count <= (entry.size - entry_head) / 8;
    if (!sound) {
        return std::nullopt;
    }
    Marvin32 hash;
    hash.add(bytes.first(hashed_head));
    if (number_at<std::uint64_t>(bytes, hashed_head) != hash.finish()) {
        return std::nullopt;
    }
    entry.pages.resize(count);
    return entry;
}

Result<std::uint64_t> hash_of(ByteSource& log, std::uint64_t place, std::uint64_t end) {
    Marvin32 hash;
    std::vector<std::byte> part(std::size_t{64} << 10U);
    while (place < end) {
        const auto bytes = std::span(part).first(std::min<std::uint64_t>(part.size(), end - place));
        if (auto read = log.read(place, bytes); !read) {
            return std::move(read).error();
        }
        hash.add(bytes);
        place += bytes.size();
    }
    return hash.finish();
}

// Fills in where the pages of an entry at a place are; false: they do not lie where they should.
Result<bool> read_pages(ByteSource& log, std::uint64_t place, LogEntry& entry) {
    std::vector<std::byte> table(8 * entry.pages.size());
    if (auto read = log.read(place + entry_head, table); !read) {
        return std::move(read).error();
    }
    auto next = place + entry_head + table.size();
    const auto end = place + entry.size;
    for (std::size_t i = 0; i < entry.pages.size(); ++i) {
        auto& page = entry.pages[i];
        page.offset = number_at<std::uint32_t>(table, 8 * i).value_or(0);
        page.size = number_at<std::uint32_t>(table, 8 * i + 4).value_or(0);
        page.place = next;
        if (page.size == 0 || page.size > end - next || page.size > entry.bins_size ||
            page.offset > entry.bins_size - page.size) {
            return false;
        }
        next += page.size;
    }
    return true;
}

} // namespace

Result<std::uint32_t> log_entry_size(ByteSource& log, std::uint64_t place) {
    std::array<std::byte, 8> bytes{};
    if (log.size() - std::min(place, log.size()) < bytes.size()) {
        return std::uint32_t{0};
    }
    if (auto read = log.read(place, bytes); !read) {
        return std::move(read).error();
    }
    const auto size = number_at<std::uint32_t>(bytes, 4).value_or(0);
    const bool like_one =
        number_at<std::uint32_t>(bytes, 0) == entry_mark && size % entry_step == 0;
    return like_one ? size : 0;
}

Result<std::optional<LogEntry>> read_log_entry(ByteSource& log, std::uint64_t place) {
    const auto room = log.size() - std::min(place, log.size());
    if (room < entry_step) {
        return std::optional<LogEntry>();
    }
    std::array<std::byte, entry_head> bytes{};
    if (auto read = log.read(place, bytes); !read) {
        return std::move(read).error();
    }
    auto entry = read_head(bytes, room);
    if (!entry) {
        return std::optional<LogEntry>();
    }
    const auto hash = hash_of(log, place + entry_head, place + entry->size);
    if (!hash) {
        return hash.error();
    }
    if (number_at<std::uint64_t>(bytes, 24) != *hash) {
        return std::optional<LogEntry>();
    }
    auto sound = read_pages(log, place, *entry);
    if (!sound) {
        return std::move(sound).error();
    }
    return *sound ? std::move(entry) : std::nullopt;
}

} // namespace rdpsweep::offline
