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

PlanPast past_of(const std::vector<JournalEntry>& entries, std::size_t count) {
    PlanPast past;
    for (const auto& entry : entries) {
        if (entry.of_plan && !entry.of_plan->acknowledged.empty()) past = PlanPast();
        if (entry.of_plan && !entry.of_plan->controls.empty())
            past.controls = entry.of_plan->controls;
        if (entry.host >= count) continue;
        const auto same = [&entry](const PastEnd& one) { return one.host == entry.host; };
        std::erase_if(past.ends, same);
        const bool wished = entry.stage == FixStage::rolled_back && entry.why == undo_asked;
        if (is_end(entry.stage) && !wished)
            past.ends.push_back({entry.host, end_of(entry.stage, entry.drifted)});
    }
    return past;
}

} // namespace rdpsweep
