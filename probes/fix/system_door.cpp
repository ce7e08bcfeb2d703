// Decides whether a change needs SYSTEM, and declares the task that makes it.
#include "probes/fix/system_door.hpp"

#include "probes/collect/sddl.hpp"
#include "probes/reading/key_access.hpp"

namespace rdpsweep {

namespace {

// Returns the SIDs that an administrator has in an access check.
std::vector<std::string> token_of(const CollectorFacts& collector) {
    constexpr const char* authenticated_users = "S-1-5-11";
    std::vector<std::string> sids{collector.as_sid, sid::everyone, authenticated_users};
    if (collector.elevated || collector.as_sid == sid::system) sids.push_back(sid::administrators);
    return sids;
}

} // namespace

bool may_write_dacl(const Facts& facts, std::string_view sddl) {
    constexpr std::uint32_t write_dac = 0x40000; // winnt.h
    const auto descriptor = parse_sddl(sddl);
    if (!descriptor || !facts.collector) return false;
    return effective_access(*descriptor, token_of(*facts.collector), write_dac) == write_dac;
}

Prepared through_system(const Facts& facts, std::string_view fix, std::vector<Change> changes) {
    if (!facts.collector) return Refusal{"fix.refused.unread", {{"fact", "/collector"}}};
    if (facts.collector->as_sid == sid::system) return changes;
    if (!facts.collector->elevated) return Refusal{"fix.refused.needs_system", {}};
    std::vector<Change> made;
    for (auto& change : changes) {
        auto name = "rdpsweep-" + std::string(fix);
        if (!made.empty()) name += "-" + std::to_string(made.size() / 2 + 1);
        made.push_back(
            {Change::Kind::task, std::move(name), change.place, state::absent, state::absent}
        );
        made.push_back(std::move(change));
    }
    return made;
}

} // namespace rdpsweep
