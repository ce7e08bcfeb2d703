// VMs on which TLS completes and the first leg of CredSSP does not: seen from a network alone.
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void alone(Blueprint& plan) {
    plan.domain_role = 2;
}

void in_a_domain(Blueprint& plan) {
    plan.domain_role = 3;
}

// RDP answers such a client with an error code (rdp/rdp_face.cpp).
void let_in_no_ntlm(Machine& machine) {
    machine.state.registry.set(paths::msv1_0, "RestrictReceivingNTLMTraffic", dword_value(2));
}

// A leg that fails tells no names. A tunnel's handshake, which has none, would stand before it in
// the facts: these VMs are not reached over SSH.
Truth logon_fails(std::string verdict, const char* line) {
    return assessed(
        std::move(verdict),
        "listener_security",
        {{"NLA.CREDSSP", line}, {"OUT.NAME", "not_applicable not_told"}}
    );
}

const std::array credssp_table{
    // No account of it has Kerberos: nobody gets in.
    Profile{
        .name = "credssp_refuses_everybody",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .draw = alone,
        .damage = let_in_no_ntlm,
        .truth =
            [](std::uint32_t) {
                return logon_fails(
                    "broken", "broken critical functional ntlm_refused /sec/ntlm_in /hs/1/nla_errno"
                );
            },
        .wire = {.tunnel = false}},
    Profile{
        .name = "credssp_refuses_ntlm",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .draw = in_a_domain,
        .damage = let_in_no_ntlm,
        .truth =
            [](std::uint32_t) {
                return logon_fails(
                    "at_risk", "at_risk high functional ntlm_refused /sec/ntlm_in /hs/1/nla_errno"
                );
            },
        .wire = {.tunnel = false}},
    // Nothing that is read says why.
    Profile{
        .name = "credssp_hangs_up",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .truth =
            [](std::uint32_t) {
                return logon_fails("at_risk", "at_risk high functional leg /hs/1/nla_errno");
            },
        .wire = {.credssp = false, .tunnel = false}}};

} // namespace

std::span<const Profile> credssp_profiles() {
    return credssp_table;
}

} // namespace simfleet
