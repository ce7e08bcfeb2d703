// Reads the guards' past from the entries of a journal.
#include "scanner/fix/plan_past.hpp"

#include <algorithm>

namespace rdpsweep {

HostEnd end_of(FixStage stage, bool drifted) noexcept {
    if (drifted) return HostEnd::drifted;
    switch (stage) {
    case FixStage::verified:
    case FixStage::skipped:
        return HostEnd::good;
    case FixStage::rollback_failed:
        return HostEnd::rollback_failed;
    default:
        return HostEnd::bad;
    }
}

// Read from its end: the latest entry about a host is the one that counts.
PlanPast past_of(const std::vector<JournalEntry>& entries, std::size_t count) {
    PlanPast past;
    std::vector<bool> seen(count, false);
    for (auto at = entries.rbegin(); at != entries.rend(); ++at) {
        const auto& entry = *at;
        if (entry.of_plan && past.controls.empty()) past.controls = entry.of_plan->controls;
        if (entry.of_plan && !entry.of_plan->acknowledged.empty()) break;
        if (entry.host >= count || seen[entry.host]) continue;
        seen[entry.host] = true;
        const bool wished = entry.stage == FixStage::rolled_back && entry.why == undo_asked;
        if (is_end(entry.stage) && !wished)
            past.ends.push_back({entry.host, end_of(entry.stage, entry.drifted)});
    }
    std::reverse(past.ends.begin(), past.ends.end());
    return past;
}

} // namespace rdpsweep
