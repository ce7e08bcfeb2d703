// Counts hosts one by one, and sorts the groups when all are counted.
#include "scanner/store/fleet.hpp"

#include <algorithm>

namespace rdpsweep {

Message deciding_summary(const HostResult& host) {
    // No finding of a well disk says that RDP works: nobody has seen it.
    if (host.source == Source::disk && host.verdict == Verdict::ok)
        return {std::string(host.meaning_of_ok()), {}};
    const Finding* best = nullptr;
    for (const auto& finding : host.findings) {
        const bool decides = finding.verdict == host.verdict &&
                             (finding.cause == host.root_cause || host.root_cause == Cause::none);
        if (!decides) continue;
        if (best == nullptr || finding.severity > best->severity) best = &finding;
    }
    return best != nullptr ? best->summary : Message{};
}

FleetBuilder::FleetBuilder(std::size_t targets) {
    totals_.targets = targets;
}

void FleetBuilder::add(const HostResult& host) {
    totals_.count(host);
    if (host.outcome != Outcome::assessed) return;
    auto& pile = piles_[{host.verdict, host.root_cause, host.fingerprint}];
    pile.summary.add(deciding_summary(host));
    pile.members.push_back({host.index, host.target.name});
}

void FleetBuilder::add_missing() {
    std::size_t added = 0;
    for (const auto& [outcome, count] : totals_.by_outcome)
        added += count;
    if (added < totals_.targets)
        totals_.by_outcome[Outcome::not_attempted] += totals_.targets - added;
}

FleetReport FleetBuilder::report(RunInfo run) const {
    FleetReport report{std::move(run), totals_, {}};
    for (const auto& [key, pile] : piles_) {
        Group group;
        group.verdict = std::get<0>(key);
        group.cause = std::get<1>(key);
        group.signature = std::get<2>(key);
        group.summary = pile.summary.message();
        auto members = pile.members;
        std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
            return a.index < b.index;
        });
        for (auto& member : members)
            group.target_names.push_back(std::move(member.name));
        report.groups.push_back(std::move(group));
    }
    std::stable_sort(
        report.groups.begin(),
        report.groups.end(),
        [](const Group& a, const Group& b) {
            if (a.verdict != b.verdict) return a.verdict > b.verdict;
            return a.target_names.size() > b.target_names.size();
        }
    );
    return report;
}

} // namespace rdpsweep
