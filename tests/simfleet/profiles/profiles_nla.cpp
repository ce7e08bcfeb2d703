// VMs whose port, TLS and certificate are sound while NLA refuses logons, and a drive without room.
// Those that refuse NTLM are filtered on the network: what a look from there adds has profiles of
// its own (profiles_credssp.cpp).
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void standalone(Blueprint& plan) {
    plan.domain_role = 2;
}

void domain_member(Blueprint& plan) {
    plan.domain_role = 3;
}

void refuse_ntlm(Machine& machine) {
    machine.state.registry.set(paths::msv1_0, "RestrictReceivingNTLMTraffic", dword_value(2));
}

void refuse_domain_accounts(Machine& machine) {
    machine.state.registry.set(paths::msv1_0, "RestrictReceivingNTLMTraffic", dword_value(1));
}

// Somebody was refused by TermService, and somebody by another server on the VM.
void refuse_somebody(Machine& machine) {
    refuse_ntlm(machine);
    const auto blocked = [&](std::uint32_t pid, std::int64_t ago) {
        machine.log(
            "NTLM", 4002, ago, {{"CallerPID", std::to_string(pid)}, {"ProcessName", "svchost.exe"}}
        );
    };
    blocked(4, 900);
    blocked(machine.termservice_pid(), 1'800);
}

// As the security baselines have it: clients without the update of 2018 are refused.
void force_updated_clients(Machine& machine) {
    machine.state.registry.set(paths::credssp, "AllowEncryptionOracle", dword_value(0));
}

// A VM that was put back to an older snapshot: its password is not the one that the domain has.
void distrust(Machine& machine) {
    const std::map<std::string, std::string> names{{"0", "CORP"}, {"1", R"(\\DC01.corp.sim.test)"}};
    machine.log("NETLOGON", 3210, 36'000, names, std::string("\x22\0\0\xc0", 4));
    machine.log("NETLOGON", 3210, 21'600, names, std::string("\x22\0\0\xc0", 4));
}

// Mended this morning with a new password.
void trust_again(Machine& machine) {
    distrust(machine);
    machine.log("NETLOGON", 5823, 18'000, {{"0", R"(\\DC01.corp.sim.test)"}});
}

void lose_controller(Machine& machine) {
    const std::map<std::string, std::string> names{{"0", "CORP"}, {"1", "%%1311"}};
    for (const std::int64_t ago : {7'200, 21'600, 36'000})
        machine.log("NETLOGON", 5719, ago, names, std::string("\x5e\0\0\xc0", 4));
}

void fill_disk(Machine& machine) {
    machine.state.os.disk_free = 41 * 1024 * 1024;
}

// The certificate has expired, and there is no room for another one.
void fill_disk_and_expire(Machine& machine) {
    machine.state.os.disk_free = 4096;
    auto shape = machine.own_shape();
    shape.not_after = machine.plan.now - 3 * day;
    shape.not_before = shape.not_after - 183 * day;
    machine.install_own(shape);
    machine.log("TermService", 1058, 30'000, {}, std::string("\x70\0\x07\x80", 4));
    Handshake shake;
    shake.stage = "tls";
    shake.selected = 2;
    shake.failure = "reset";
    machine.state_handshake(shake);
}

Truth refuses(const char* line) {
    return assessed("at_risk", "listener_security", {{"NLA.CREDSSP", line}});
}

Truth channel(const char* key) {
    return assessed(
        "at_risk",
        "listener_security",
        {{"NLA.CHANNEL",
          std::string("at_risk medium circumstantial ") + key + " /evt/0 /evt/0/utc"}}
    );
}

Truth no_room_left(std::uint32_t build) {
    return certificate(
        "broken",
        with(
            handshake_failed(build, cut_off),
            {{"DISK.FULL", "broken critical direct no_certificate /os/disk_free_mb /evt/0"},
             {"CERT.SELF.VALID", "broken critical direct expired /cert/store/0/not_after"},
             {"EVT.RDPCERT",
              "broken critical circumstantial creation_now /evt/0 /evt/0/utc /evt/0/bin"}}
        )
    );
}

const std::array nla_table{
    Profile{
        .name = "nla_refuses_ntlm",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .draw = domain_member,
        .damage = refuse_ntlm,
        .truth = [](std::uint32_t
                 ) { return refuses("at_risk medium direct ntlm_none /sec/ntlm_in"); },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "nla_refuses_domain_accounts",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .draw = domain_member,
        .damage = refuse_domain_accounts,
        .truth = [](std::uint32_t
                 ) { return refuses("at_risk medium direct ntlm_domain /sec/ntlm_in"); }},
    // Without a domain there is no Kerberos, and nothing left.
    Profile{
        .name = "nla_refuses_everybody",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .draw = standalone,
        .damage = refuse_ntlm,
        .truth = [](std::uint32_t
                 ) { return refuses("at_risk high direct ntlm_none /sec/ntlm_in"); },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "nla_refused_somebody",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .draw = domain_member,
        .damage = refuse_somebody,
        .truth = [](std::uint32_t
                 ) { return refuses("at_risk high direct ntlm_blocked /sec/ntlm_in /evt/1"); },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "healthy_updated_clients_only",
        .kind = Kind::healthy,
        .weight = 0,
        .builds = current_builds(),
        .damage = force_updated_clients},
    Profile{
        .name = "nla_distrusted",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .draw = domain_member,
        .damage = distrust,
        .truth = [](std::uint32_t) { return channel("refused"); }},
    Profile{
        .name = "healthy_trusted_again",
        .kind = Kind::healthy,
        .weight = 0,
        .builds = current_builds(),
        .draw = domain_member,
        .damage = trust_again},
    Profile{
        .name = "nla_no_controller",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .draw = domain_member,
        .damage = lose_controller,
        .truth = [](std::uint32_t) { return channel("no_controller"); }},
    Profile{
        .name = "disk_nearly_full",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = fill_disk,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "at_risk", {{"DISK.FULL", "at_risk medium direct nearly /os/disk_free_mb"}}
                );
            }},
    Profile{
        .name = "disk_full",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = fill_disk_and_expire,
        .truth = no_room_left}};

} // namespace

std::span<const Profile> nla_profiles() {
    return nla_table;
}

} // namespace simfleet
