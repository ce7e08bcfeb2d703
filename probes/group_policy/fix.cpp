// Fix gpsvc: the Group Policy service is no longer disabled.
//
// Article step 3.2 disables it for the time of the repair; the way back is what gets forgotten. The
// key belongs to SYSTEM: where an administrator looks, a task that runs as SYSTEM writes it.
#include "core/service_start.hpp"
#include "probes/fix/fixes.hpp"
#include "probes/fix/system_door.hpp"
#include "probes/fix/values.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 1> rules{"GPO.GPSVC"};
constexpr std::array<std::string_view, 2> declared{
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Services\gpsvc\Start)", "task:rdpsweep-gpsvc"};

Prepared prepare_gpsvc(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (finding.summary.key != "GPO.GPSVC.disabled") return Refusal{"fix.refused.other_case", {}};
    if (!facts.group_policy || !facts.group_policy->gpsvc_start)
        return Refusal{"fix.refused.unread", {{"fact", "/gp/gpsvc_start"}}};
    std::vector<Change> changes;
    set_dword(
        changes,
        {R"(SYSTEM\CurrentControlSet\Services\gpsvc)", "Start"},
        facts.group_policy->gpsvc_start,
        service_start::automatic // as shipped
    );
    return through_system(facts, "gpsvc", std::move(changes));
}

} // namespace

Fix gpsvc_fix() noexcept {
    return {
        .id = "gpsvc",
        .rules = rules,
        .risk = Risk::low,
        .restart = Restart::none,
        .cures_rdp = false,
        .declared = declared,
        .prepare = prepare_gpsvc};
}

} // namespace rdpsweep
