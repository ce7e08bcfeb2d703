// The entries of a hive's logs, one after the other by their numbers, as far as none is missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "offline/hive/hive_log.hpp"
#include "offline/hive/log_entry.hpp"
#include "offline/hive/overlay.hpp"
#include "offline/hive/replay.hpp"

namespace rdpsweep::offline {

class EntryChain {
public:
    // Puts the pages of entries on an overlay. first: the number below which entries are in the
    // hive already; nothing where the hive does not say.
    EntryChain(Overlay& overlay, std::optional<std::uint32_t> first) noexcept
        : overlay_(overlay), first_(first) {}

    // Follows the logs, the one with the earlier entries first.
    void follow(std::vector<HiveLog> logs);

    // Returns the last entry that was taken, without its pages; nothing if none was.
    [[nodiscard]] const std::optional<LogEntry>& last() const noexcept { return last_; }

    // Tells whether there are later entries that could not be reached, or that could not be read.
    [[nodiscard]] bool broken() const noexcept { return broken_; }

    // Returns how much was taken; its state is nothing yet.
    [[nodiscard]] const Replay& taken() const noexcept { return taken_; }

private:
    void follow_one(const HiveLog& log);
    void look_behind(const HiveLog& log, std::uint64_t place);
    bool take(const HiveLog& log, const LogEntry& entry);
    [[nodiscard]] bool is_later(const LogEntry& entry) const noexcept;

    Overlay& overlay_;
    std::optional<std::uint32_t> first_;
    std::optional<LogEntry> last_;
    Replay taken_;
    bool broken_ = false;
};

} // namespace rdpsweep::offline
