// Takes entry after entry, and looks whether what ends the chain is its end.
#include "offline/hive/entry_chain.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep::offline {

bool EntryChain::is_later(const LogEntry& entry) const noexcept {
    if (last_) {
        return comes_after(entry.sequence, last_->sequence);
    }
    return !first_ || !comes_after(*first_, entry.sequence);
}

// False: it would take too many places.
bool EntryChain::take(const HiveLog& log, const LogEntry& entry) {
    if (overlay_.places() + 2 * entry.pages.size() > Overlay::most_places) {
        return false;
    }
    for (const auto& page : entry.pages) {
        overlay_.put(cells_begin + std::uint64_t{page.offset}, page.size, *log.bytes, page.place);
        taken_.bytes += page.size;
    }
    overlay_.grow(cells_begin + std::uint64_t{entry.bins_size});
    ++taken_.entries;
    taken_.runs += entry.pages.size();
    last_ = entry;
    last_->pages.clear();
    return true;
}

// An entry that was being written when all ended is the last one, and nothing is lost with it. If
// a later one is whole, then what is between was damaged.
void EntryChain::look_behind(const HiveLog& log, std::uint64_t place) {
    for (int turn = 0; turn < 2; ++turn) {
        auto entry = read_log_entry(*log.bytes, place);
        if (!entry || (*entry && is_later(**entry))) {
            broken_ = true;
            return;
        }
        const auto size =
            *entry ? Result<std::uint32_t>((*entry)->size) : log_entry_size(*log.bytes, place);
        if (!size || *size == 0) {
            return;
        }
        place += *size;
    }
}

void EntryChain::follow_one(const HiveLog& log) {
    std::optional<std::uint32_t> next; // number that the next entry of this log has
    if (log.base.checksum_right) {
        next = log.base.primary;
    }
    std::uint64_t place = base_block_length;
    for (;;) {
        auto entry = read_log_entry(*log.bytes, place);
        if (!entry) {
            broken_ = true;
            return;
        }
        if (!*entry) {
            break;
        }
        const auto number = (*entry)->sequence;
        if ((next && number != *next) || (last_ && number != last_->sequence + 1)) {
            break;
        }
        const bool old = !last_ && !is_later(**entry);
        if (!old && !take(log, **entry)) {
            broken_ = true;
            return;
        }
        next = number + 1;
        place += (*entry)->size;
    }
    look_behind(log, place);
}

void EntryChain::follow(std::vector<HiveLog> logs) {
    std::stable_sort(logs.begin(), logs.end(), [](const HiveLog& one, const HiveLog& other) {
        return comes_after(other.first, one.first);
    });
    for (const auto& log : logs) {
        follow_one(log);
    }
}

} // namespace rdpsweep::offline
