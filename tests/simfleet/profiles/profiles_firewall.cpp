// An RDP port that was moved, and what Windows' firewall lets through to it.
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void moved_blocked(Machine& machine) {
    machine.set_port(3390);
}

// Where it was shipped to be, and its rule is off: the same state as a port that moved away.
void rule_off(Machine& machine) {
    machine.set_rule("Active=FALSE|");
}

// The only rule is for a network that the VM is not in.
void rule_of_another_profile(Machine& machine) {
    machine.set_rule("Profile=Private|");
    machine.state.management.networks = {0};
}

void rule_for_some_clients(Machine& machine) {
    machine.set_rule("RA4=10.0.8.0/255.255.255.0|");
}

void rule_for_authenticated(Machine& machine) {
    machine.set_rule("Security=Authenticate|RMauth=O:LSD:(A;;CC;;;S-1-5-21-1-2-3-1109)|");
}

// Somebody shut one adapter, by its GUID; which one is RDP's way in, nobody reads.
void block_at_adapter(Machine& machine) {
    machine.state.registry.set(
        paths::firewall,
        "{5C2A7B70-6E2B-4E5B-9D6E-2A0B5A4C1D11}",
        text_value("v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=3389|"
                   "IF={0E4F8B52-55E4-4B3F-8D3C-7C0B6C2F1A01}|Name=no RDP here|")
    );
}

// A policy lets no rule of the machine's own count, and brings none for RDP.
void rules_made_void(Machine& machine) {
    for (const auto* profile : {"DomainProfile", "PrivateProfile", "PublicProfile"}) {
        machine.state.registry.set(
            std::string(paths::firewall_policy_root) + "\\" + profile,
            "AllowLocalPolicyMerge",
            dword_value(0)
        );
    }
}

// Windows' firewall is off by policy, and so is RDP's rule, which then does not matter.
void firewall_off(Machine& machine) {
    rule_off(machine);
    for (const auto* profile : {"DomainProfile", "PrivateProfile", "PublicProfile"}) {
        machine.state.registry.set(
            std::string(paths::firewall_policy_root) + "\\" + profile,
            "EnableFirewall",
            dword_value(0)
        );
    }
}

void moved(Machine& machine) {
    machine.set_port(33890);
    machine.allow_port("RDP-33890-In-TCP", 33890);
}

void moved_unread(Machine& machine) {
    machine.set_port(3390);
    machine.forbid("key:" + std::string(paths::firewall));
}

Truth moved_to(const Expected& expected) {
    return assessed(expected.verdict, "rdp_port", {{"PORT.MOVED", expected}});
}

constexpr const char* firewall_seen = " /listener/port /listener/fw/0/lport";

// The firewall keeps every client out; key says why.
Truth shut(const std::string& key) {
    return moved_to("broken critical direct " + key + firewall_seen);
}

// The only rule lets some clients through, and nobody knows whether ours are among them.
Truth limited(std::uint32_t) {
    return moved_to(std::string("at_risk medium direct limited") + firewall_seen);
}

const std::array firewall_table{
    Profile{
        .name = "port_moved_blocked",
        .kind = Kind::fault,
        .weight = 5,
        .builds = current_builds(),
        .damage = moved_blocked,
        .truth = [](std::uint32_t) { return shut("blocked"); },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_rule_off",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = rule_off,
        .truth = [](std::uint32_t) { return shut("no_rule"); },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_rule_other_profile",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = rule_of_another_profile,
        .truth = [](std::uint32_t) { return shut("other_profile /listener/networks"); },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_rules_void",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = rules_made_void,
        .truth = [](std::uint32_t) { return shut("void /listener/networks"); },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_rule_some_clients",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = rule_for_some_clients,
        .truth = limited,
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_rule_authenticated",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = rule_for_authenticated,
        .truth = limited,
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_block_adapter",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = block_at_adapter,
        .truth =
            [](std::uint32_t) {
                return moved_to("at_risk medium direct may_block /listener/port"
                                " /listener/fw/0/lport /listener/fw/1/lport");
            },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_firewall_off",
        .kind = Kind::healthy,
        .weight = 1,
        .builds = current_builds(),
        .damage = firewall_off,
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "port_moved",
        .kind = Kind::fault,
        .weight = 6,
        .builds = current_builds(),
        .damage = moved,
        .truth =
            [](std::uint32_t) {
                return moved_to("at_risk medium direct moved /listener/port /listener/fw/0/lport "
                                "/listener/fw/1/lport");
            }},
    Profile{
        .name = "port_moved_unread",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = moved_unread,
        .truth = [](std::uint32_t) {
            return assessed(
                "unknown",
                "none",
                {{"PORT.MOVED", "unknown critical direct rule.unread /listener/fw"}}
            );
        }}};

} // namespace

std::span<const Profile> firewall_profiles() {
    return firewall_table;
}

} // namespace simfleet
