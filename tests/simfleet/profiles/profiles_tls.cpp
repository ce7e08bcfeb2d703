// Schannel without a protocol that RDP could use, or with one it should not (article step 3).
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

std::string server_key(std::string_view protocol) {
    return std::string(paths::schannel) + "\\Protocols\\" + std::string(protocol) + "\\Server";
}

void switch_off(Machine& machine, std::initializer_list<const char*> protocols) {
    for (const auto* protocol : protocols)
        machine.set_protocol(protocol, 0, 1);
}

void all_off(Machine& machine) {
    switch_off(machine, {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"});
    log_no_credentials(machine);
}

void only_old(Machine& machine) {
    switch_off(machine, {"TLS 1.2"});
}

void not_by_default(Machine& machine) {
    switch_off(machine, {"TLS 1.0", "TLS 1.1"});
    machine.set_protocol("TLS 1.2", 1, 1);
}

// The same, and TermService shows that it does not ask for the version.
void by_request(Machine& machine) {
    not_by_default(machine);
    log_no_credentials(machine);
    Handshake shake;
    shake.stage = "tls";
    shake.selected = 2;
    shake.failure = "reset";
    machine.state_handshake(shake);
}

// PowerShell 2.0 looks at a listener that it has no version of TLS in common with.
void older_than_the_listener(Machine& machine) {
    switch_off(machine, {"TLS 1.0", "TLS 1.1"});
    machine.state.collector.powershell = "2.0";
    Handshake shake;
    shake.stage = "tls";
    shake.selected = 2;
    shake.failure = "reset";
    machine.state_handshake(shake);
    machine.log_provoked("Schannel", 36874, {{"Protocol", "TLS 1.0"}});
}

void only_newest(Machine& machine) {
    switch_off(machine, {"TLS 1.0", "TLS 1.1", "TLS 1.2"});
}

// As Setup leaves it: TLS 1.0 only.
void stock_2008r2(Machine& machine) {
    machine.state.registry.erase(std::string(paths::schannel) + R"(\Protocols\TLS 1.2)");
}

void hardened_2008r2(Machine& machine) {
    stock_2008r2(machine);
    switch_off(machine, {"TLS 1.0"});
    log_no_credentials(machine);
}

// REG_SZ "1": nobody knows how Schannel takes it, and it shows nothing of what runs.
void wrong_type(Machine& machine) {
    machine.state.registry.set(server_key("TLS 1.2"), "Enabled", text_value("1"));
    machine.forbid("net:loopback", "skipped", "");
}

void newest_forced(Machine& machine) {
    machine.set_protocol("TLS 1.3", 1, 0);
}

// The article's own recipe.
void legacy_on(Machine& machine) {
    for (const auto* protocol : {"TLS 1.0", "TLS 1.1", "TLS 1.2"}) {
        machine.set_protocol(protocol, 1, 0);
    }
}

void closed_schannel(Machine& machine) {
    machine.forbid("key:" + std::string(paths::schannel));
}

Truth no_protocol(std::uint32_t build) {
    return tls(
        "broken",
        with(
            handshake_failed(build, cut_off),
            {{"TLS.PROTO", std::string("broken critical direct none") + every_version},
             {"EVT.SCHANNEL", "broken critical circumstantial tls_now /evt/0 /evt/0/utc"}}
        )
    );
}

Expected weak(const std::string& key) {
    return "at_risk high direct " + key + every_version;
}

Truth only_old_ones(std::uint32_t) {
    return tls("at_risk", {{"TLS.PROTO", weak("only_legacy")}});
}

const std::array protocol_table{
    Profile{
        .name = "tls_all_off",
        .kind = Kind::fault,
        .weight = 20,
        .builds = current_builds(),
        .damage = all_off,
        .truth = no_protocol},
    Profile{
        .name = "tls_only_old",
        .kind = Kind::fault,
        .weight = 6,
        .builds = only<14393, 17763>(),
        .damage = only_old,
        .truth = only_old_ones},
    Profile{
        .name = "tls_not_by_default",
        .kind = Kind::fault,
        .weight = 4,
        .builds = only<14393, 17763>(),
        .damage = not_by_default,
        .truth =
            [](std::uint32_t) {
                return tls("at_risk", {{"TLS.PROTO", weak("not_in_force")}});
            }},
    Profile{
        .name = "tls_by_request",
        .kind = Kind::fault,
        .weight = 3,
        .builds = only<9600, 14393, 17763>(),
        .damage = by_request,
        .truth =
            [](std::uint32_t build) {
                return tls(
                    "broken",
                    with(
                        no_protocol(build).findings,
                        {{"TLS.PROTO",
                          std::string("broken critical direct by_request_fails") + every_version}}
                    )
                );
            }},
    Profile{
        .name = "tls_older_probe",
        .kind = Kind::fault,
        .weight = 1,
        .builds = only<7601>(),
        .damage = older_than_the_listener,
        .truth =
            [](std::uint32_t) { // that its own try failed says nothing of the listener
                return tls(
                    "at_risk",
                    {{"TLS.PROTO", weak("2008r2_needs_update")},
                     {"HANDSHAKE",
                      "unknown critical functional probe_limited /collector/ps /hs/0/stage"
                      " /hs/0/errno"},
                     {"CERT.BINDING", "unknown medium direct no_handshake /hs"},
                     {"EVT.SCHANNEL", "ok"}}
                );
            },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "tls_only_newest",
        .kind = Kind::fault,
        .weight = 2,
        .builds = only<20348, 26100>(),
        .damage = only_newest,
        .truth =
            [](std::uint32_t) { // Windows has but two suites of TLS 1.3
                return tls(
                    "at_risk",
                    {{"TLS.PROTO", weak("only_13")},
                     {"TLS.SUITES", "at_risk high direct few /tls/suites_local"}}
                );
            }},
    Profile{
        .name = "tls_2008r2_stock",
        .kind = Kind::fault,
        .weight = 4,
        .builds = only<7601>(),
        .damage = stock_2008r2,
        .truth = only_old_ones},
    Profile{
        .name = "tls_2008r2_hardened",
        .kind = Kind::fault,
        .weight = 2,
        .builds = only<7601>(),
        .damage = hardened_2008r2,
        .truth = no_protocol},
    Profile{
        .name = "tls_wrong_type",
        .kind = Kind::fault,
        .weight = 1,
        .builds = only<14393>(),
        .damage = wrong_type,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "unknown",
                    "none",
                    with(
                        handshake_not_run(build),
                        {{"TLS.PROTO",
                          std::string("unknown critical direct value_unread") + every_version}}
                    )
                );
            },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "tls_unread",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = closed_schannel,
        .truth =
            [](std::uint32_t build) {
                Findings findings{
                    {"TLS.PROTO", "unknown critical direct rule.unread /tls/proto"},
                    {"TLS.LEGACY", "unknown low direct rule.unread /tls/proto"},
                    {"TLS.SUITES", "unknown critical direct rule.unread /tls/suites_policy"}};
                if (build < 20348) { // later ones have 1.3
                    findings.emplace(
                        "TLS.13FORCED",
                        "unknown high direct rule.unread /tls/proto/TLS 1.3/server/e"
                    );
                }
                return assessed("unknown", "none", findings);
            }},
    Profile{
        .name = "tls_newest_forced",
        .kind = Kind::fault,
        .weight = 3,
        .builds = only<14393, 17763>(),
        .damage = newest_forced,
        .truth =
            [](std::uint32_t) { // a client outside is dropped until it leaves 1.3 out
                return tls(
                    "broken",
                    {{"TLS.13FORCED",
                      "broken high functional resets /tls/proto/TLS 1.3/server/e /os/build"}}
                );
            }},
    Profile{
        .name = "tls_newest_forced_unproven",
        .kind = Kind::fault,
        .weight = 1,
        .builds = only<14393, 17763>(),
        .damage = newest_forced,
        .truth =
            [](std::uint32_t) {
                return tls(
                    "at_risk",
                    {{"TLS.13FORCED",
                      "at_risk high direct forced /tls/proto/TLS 1.3/server/e /os/build"}}
                );
            },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "tls_legacy_on",
        .kind = Kind::healthy,
        .weight = 8,
        .builds = current_builds(),
        .damage = legacy_on,
        .truth = [](std::uint32_t) {
            return assessed(
                "ok",
                "none",
                {{"TLS.LEGACY",
                  "at_risk low direct enabled /tls/proto/TLS 1.0/server/e"
                  " /tls/proto/TLS 1.1/server/e"}}
            );
        }}};

} // namespace

std::span<const Profile> protocol_profiles() {
    return protocol_table;
}

} // namespace simfleet
