// Tells the two kinds of logs apart by what follows their base block.
#include "offline/hive/hive_log.hpp"

#include <algorithm>
#include <utility>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t look = base_block_length + 16;

void look_at_one(ByteSource& log, HiveLogs& logs) {
    std::array<std::byte, look> bytes{};
    if (log.size() < look) {
        return;
    }
    if (!log.read(0, bytes)) {
        logs.unread = true;
        return;
    }
    const auto base = read_base_block(bytes);
    if (!base) {
        return;
    }
    HiveLog found{.bytes = &log, .base = *base};
    std::copy_n(bytes.begin(), found.head.size(), found.head.begin());
    const auto mark = number_at<std::uint32_t>(bytes, base_block_length);
    if (base->type == HiveFile::entry_log && mark == entry_mark) {
        found.first = number_at<std::uint32_t>(bytes, base_block_length + 12).value_or(0);
        logs.of_entries.push_back(found);
    }
    // Nothing but its base block says whether such a log was written to its end.
    if (base->type == HiveFile::page_log && mark == pages_mark && !base->dirty()) {
        logs.of_pages.push_back(found);
    }
}

} // namespace

HiveLogs look_at(std::span<ByteSource* const> logs) {
    HiveLogs found;
    for (auto* const log : logs) {
        if (log != nullptr) {
            look_at_one(*log, found);
        }
    }
    return found;
}

} // namespace rdpsweep::offline
