// VMs on which PowerShell cannot run, while WMI answers over WS-Management.
#include "tests/simfleet/profiles/profile.hpp"

#include <array>

namespace simfleet {
namespace {

// Over CIM nobody shakes hands with the listener from inside, and neither registry.pol nor the
// Security log can be read. The handshake from outside shows that the key can be used.
Truth well(std::uint32_t) {
    return assessed(
        "unknown",
        "none",
        {{"HANDSHAKE", "unknown critical direct rule.unread /hs"},
         {"GPO.MANAGED", "unknown medium direct rule.unread /gp/registry_pol"},
         {"EVT.KEYAUDIT", "unknown medium direct rule.unread /evt/Security"},
         {"OUT.BINDING", "not_applicable not_known"}}
    );
}

void constrain(Machine& machine) {
    machine.state.collector.language_mode = "ConstrainedLanguage";
}

Profile only_cim(std::string_view name, Manner manner) {
    Profile profile{
        .name = name, .kind = Kind::wire, .weight = 2, .builds = current_builds(), .truth = well};
    profile.wire.manner = manner;
    return profile;
}

Profile constrained() {
    auto profile = only_cim("cim_constrained", Manner::polite);
    profile.damage = constrain;
    return profile;
}

const std::array cim_table{
    only_cim("cim_powershell_missing", Manner::powershell_missing),
    only_cim("cim_script_fails", Manner::script_fails),
    only_cim("cim_truncated_frame", Manner::truncated_frame),
    only_cim("cim_shells_forbidden", Manner::shells_forbidden),
    constrained()};

} // namespace

std::span<const Profile> cim_profiles() {
    return cim_table;
}

} // namespace simfleet
