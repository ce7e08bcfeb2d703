// Decides which logs belong to a dirty hive, and makes its base block anew.
#include "offline/hive/replay.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "offline/hive/entry_chain.hpp"
#include "offline/hive/hive.hpp"
#include "offline/hive/hive_log.hpp"
#include "offline/hive/page_log.hpp"

namespace rdpsweep::offline {

namespace {

void put_number(std::span<std::byte> block, std::size_t at, std::uint32_t number) {
    for (std::size_t i = 0; i < sizeof number; ++i) {
        block[at + i] = static_cast<std::byte>(number >> (8 * i) & 0xFFU);
    }
}

// Makes a base block that of a hive which is whole.
void settle(std::span<std::byte> block, std::uint32_t sequence, std::uint32_t bins_size) {
    put_number(block, base_field::primary, sequence);
    put_number(block, base_field::secondary, sequence);
    put_number(block, base_field::type, static_cast<std::uint32_t>(HiveFile::hive));
    put_number(block, base_field::bins_size, bins_size);
    put_number(block, base_field::checksum, base_checksum(block));
}

// An entry says of one flag what it was.
void set_flag(std::span<std::byte> block, std::uint32_t flags) {
    const auto before = number_at<std::uint32_t>(block, base_field::flags).value_or(0);
    put_number(block, base_field::flags, (before & ~std::uint32_t{1}) | (flags & 1U));
}

// Returns when the cells say that the hive was written: its base block may be damaged.
std::optional<std::uint64_t> written_by_cells(ByteSource& hive) {
    constexpr std::size_t time_at = 20;
    constexpr std::uint32_t signature = 0x6E696268; // "hbin"
    std::array<std::byte, time_at + 8> bin{};
    if (hive.size() < cells_begin + bin.size() || !hive.read(cells_begin, bin) ||
        number_at<std::uint32_t>(bin, 0) != signature) {
        return std::nullopt;
    }
    return number_at<std::uint64_t>(bin, time_at);
}

// Returns the log that was written together with the hive; else, where the hive does not say when
// it was written, the latest.
const HiveLog*
log_of(const std::vector<HiveLog>& logs, std::optional<std::uint64_t> written, bool base_right) {
    const auto same = std::find_if(logs.begin(), logs.end(), [written](const HiveLog& log) {
        return log.base.written == written;
    });
    if (same != logs.end()) {
        return &*same;
    }
    const auto latest =
        std::max_element(logs.begin(), logs.end(), [](const HiveLog& one, const HiveLog& other) {
            return one.base.written < other.base.written;
        });
    const bool belongs = latest != logs.end() && (!base_right || latest->base.written > *written);
    return belongs ? &*latest : nullptr;
}

// A hive without a base block is that of the log with the latest entries, and of no other.
void keep_latest(std::vector<HiveLog>& logs) {
    std::erase_if(logs, [](const HiveLog& log) { return !log.base.checksum_right; });
    if (logs.empty()) {
        return;
    }
    auto latest = logs.front();
    for (const auto& log : logs) {
        if (comes_after(log.first, latest.first)) {
            latest = log;
        }
    }
    logs.assign(1, latest);
}

bool has_root(ByteSource& bytes) {
    const auto hive = Hive::open(bytes);
    return hive && hive->root().has_value();
}

} // namespace

// True: nothing that was to be had is missing.
bool LoggedHive::replay_entries(std::vector<HiveLog> logs, bool base_right) {
    std::optional<std::uint32_t> first;
    if (base_right) {
        first = read_base_block(base_)->secondary;
    } else {
        keep_latest(logs);
    }
    if (logs.empty()) {
        return false;
    }
    const auto head = logs.front().head;
    EntryChain chain(overlay_, first);
    chain.follow(std::move(logs));
    replay_ = chain.taken();
    if (!chain.last()) {
        return false;
    }
    if (!base_right) {
        base_ = head;
    }
    set_flag(base_, chain.last()->flags);
    settle(base_, chain.last()->sequence, chain.last()->bins_size);
    return !chain.broken();
}

bool LoggedHive::replay_pages(const std::vector<HiveLog>& logs, bool base_right) {
    const auto written = base_right ? read_base_block(base_)->written : written_by_cells(hive_);
    const auto* const log = log_of(logs, written, base_right);
    if (log == nullptr) {
        return false;
    }
    const auto pages = read_page_log(*log->bytes, log->base.bins_size);
    if (!pages || pages->empty() || pages->size() > Overlay::most_places) {
        return false;
    }
    for (const auto& page : *pages) {
        overlay_.put(cells_begin + std::uint64_t{page.offset}, page.size, *log->bytes, page.place);
        replay_.bytes += page.size;
    }
    replay_.entries = 1;
    replay_.runs = pages->size();
    overlay_.grow(cells_begin + std::uint64_t{log->base.bins_size});
    if (!base_right) {
        base_ = log->head;
    }
    settle(base_, log->base.primary, log->base.bins_size);
    return true;
}

Result<std::unique_ptr<LoggedHive>>
LoggedHive::open(ByteSource& hive, std::span<ByteSource* const> logs) {
    std::unique_ptr<LoggedHive> made(new LoggedHive(hive));
    if (auto read = hive.read(0, made->base_); !read) {
        return std::move(read).error();
    }
    const auto base = read_base_block(made->base_);
    const bool base_right = base && base->checksum_right && base->type == HiveFile::hive;
    // What a file that was cut off had further on is in no log.
    const bool whole = !base_right || hive.size() >= cells_begin + std::uint64_t{base->bins_size};
    if (base_right && !base->dirty()) {
        made->replay_.state = whole ? HiveState::clean : HiveState::untrusted;
        return made;
    }
    auto found = look_at(logs);
    const bool complete = found.of_entries.empty()
                              ? made->replay_pages(found.of_pages, base_right)
                              : made->replay_entries(std::move(found.of_entries), base_right);
    if (made->replay_.entries > 0) {
        made->overlay_.put(0, base_block_length, made->base_source_, 0);
    }
    if (complete && whole && !found.unread && has_root(*made)) {
        made->replay_.state = HiveState::replayed;
    }
    return made;
}

} // namespace rdpsweep::offline
