// GPO.GPSVC and PENDING: leftovers of an earlier repair, and changes that wait for a restart.
//
// Article step 3.2 sets gpsvc to disabled and enables it again once the problem is solved: the
// second half is what gets forgotten. Administrators cannot even write that key, only SYSTEM can.
// Article step 2.4 restarts the VM; until then what the registry says is not what runs.
// Sample finding: at_risk, "The Group Policy service is disabled (Start=4)".
#include "core/service_start.hpp"
#include "probes/group_policy/rules.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits service_traits{"GPO.GPSVC", Cause::group_policy, "3.2", Severity::high};
constexpr auto service_keys =
    with_shared("GPO.GPSVC.ok", "GPO.GPSVC.value_missing", "GPO.GPSVC.disabled");
constexpr RuleTraits pending_traits{"PENDING", Cause::group_policy, "2.4", Severity::medium};
constexpr auto pending_keys =
    with_shared("PENDING.ok", "PENDING.rename_only", "PENDING.reboot", "PENDING.service_restart");

Dword gpsvc_start(const Facts& facts) {
    if (facts.group_policy && facts.group_policy->gpsvc_start)
        return facts.group_policy->gpsvc_start;
    const Service* service = facts.services ? facts.services->find("gpsvc") : nullptr;
    return service != nullptr ? service->start : Dword{};
}

Finding evaluate_service(const Facts& facts, const Policy&, std::int64_t) {
    const Dword start = gpsvc_start(facts);
    if (!start) {
        if (auto lost = missing(service_traits, facts, facts.group_policy, "/gp/gpsvc_start"))
            return *lost;
        return unknown(service_traits, "value_missing").saw("/gp/gpsvc_start", "absent", "2");
    }
    if (start == service_start::disabled)
        return at_risk(service_traits, "disabled").saw("/gp/gpsvc_start", text(start), "2");
    return ok(service_traits).saw("/gp/gpsvc_start", text(start), "2");
}

Finding evaluate_pending(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(pending_traits, facts, facts.pending, "/pending")) return *lost;
    const PendingFacts& pending = *facts.pending;
    Draft draft = at_risk(
        pending_traits,
        pending.component_servicing || pending.windows_update ? "reboot" : "service_restart"
    );
    if (pending.component_servicing) draft.saw("/pending/cbs", "true", "false");
    if (pending.windows_update) draft.saw("/pending/wu", "true", "false");
    if (pending.termservice_stale) draft.saw("/pending/ts_stale", "true", "false");
    if (pending.component_servicing || pending.windows_update || pending.termservice_stale)
        return draft;
    for (const auto* pointer : {"/pending/cbs", "/pending/wu"}) {
        if (facts.why_unread(pointer) != nullptr) return unread(pending_traits, facts, pointer);
    }
    // Renames of mere temporary files wait on most healthy hosts.
    Draft none = ok(pending_traits, pending.file_rename ? "rename_only" : "ok");
    // Not every collector can tell when a key was written: say what this ok does not cover.
    if (facts.why_unread("/pending/ts_stale") != nullptr)
        none.saw("/pending/ts_stale", "restart of TermService not checked", "false");
    return none;
}

} // namespace

Rule policy_service_rule() noexcept {
    return make_rule(service_traits, service_keys, evaluate_service);
}

Rule pending_rule() noexcept {
    return make_rule(pending_traits, pending_keys, evaluate_pending);
}

} // namespace rdpsweep
