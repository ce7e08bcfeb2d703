// Settings that nobody has watched break RDP: at most a risk, whatever goes with them.
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

constexpr std::array<std::uint32_t, 1> last_without_sha512{9600};

void never_looked(Machine& machine) {
    machine.state.registry.set(paths::win_stations, "CertRefreshInterval", dword_value(0));
}

// Near its end, and the next one would go into another store.
void other_store(Machine& machine) {
    auto shape = machine.own_shape();
    shape.not_before = machine.plan.now - 178 * day;
    shape.not_after = machine.plan.now + 5 * day;
    machine.install_own(shape);
    machine.state.registry.set(paths::win_stations, "SelfSignedCertStore", text_value("My"));
}

void moved_data(Machine& machine) {
    machine.state.registry.set(paths::profile_list, "ProgramData", text_value(R"(D:\ProgramData)"));
}

void few_half_open(Machine& machine) {
    machine.state.registry.set(paths::terminal_server, "MaxOutstandingConnections", dword_value(5));
}

void dropped(Machine& machine) {
    Handshake shake;
    shake.stage = "tls";
    shake.selected = 2;
    shake.failure = "reset";
    machine.state_handshake(shake);
}

void sha512(Machine& machine) {
    auto shape = machine.ca_shape();
    shape.digest = Digest::sha512;
    machine.pin(shape);
    dropped(machine);
}

// Made with a key for signatures alone, as some tools do who ask a provider of CAPI for one.
void signature_key(Machine& machine) {
    constexpr std::uint32_t at_signature = 2; // wincrypt.h
    machine.pin_thumbprint(machine.enrol(machine.ca_shape(), at_signature));
    dropped(machine);
}

// Sixty wrong passwords from the internet within half an hour.
void guess_passwords(Machine& machine) {
    for (std::int64_t i = 0; i < 60; ++i)
        machine.log("RdpCoreTS", 140, 300 + i * 30, {{"IPString", "203.0.113.77"}});
}

// The same, and the listener has no place left: a connection is taken and gets no answer.
void flooded(Machine& machine) {
    guess_passwords(machine);
    Handshake shake;
    shake.stage = "x224";
    shake.failure = "timeout";
    machine.state_handshake(shake);
}

const std::array unproven_table{
    Profile{
        .name = "renewal_never",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = never_looked,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "at_risk",
                    {{"CERT.SELF.VALID",
                      "at_risk medium direct renewal_off /cert/store/0/not_after /cert/refresh"}}
                );
            }},
    Profile{
        .name = "renewal_other_store",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = other_store,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "at_risk",
                    {{"CERT.SELF.VALID",
                      "at_risk high direct renewal_blocked /cert/store/0/not_after "
                      "/cert/own_store"}}
                );
            }},
    Profile{
        .name = "renewal_moved_data",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = moved_data,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "at_risk",
                    {{"CERT.SELF.VALID",
                      "at_risk medium direct renewal_off /cert/store/0/not_after "
                      "/cert/program_data"}}
                );
            }},
    Profile{
        .name = "half_open_few",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = few_half_open,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "listener_security",
                    {{"RDP.LISTENER", "at_risk medium direct half_open /listener/ts/half_open"}}
                );
            }},
    Profile{
        .name = "ca_sha512",
        .kind = Kind::fault,
        .weight = 0,
        .builds = last_without_sha512,
        .damage = sha512,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "broken",
                    "unexplained",
                    with(
                        with(handshake_failed(build, cut_off), chosen_certificate()),
                        {{"CERT.CA.VALID",
                          "at_risk high circumstantial sha512 /cert/my_match /os/build"}}
                    )
                );
            }},
    Profile{
        .name = "ca_signature_key",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = signature_key,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "broken",
                    "unexplained",
                    with(
                        with(handshake_failed(build, cut_off), chosen_certificate()),
                        {{"CERT.CA.VALID",
                          "at_risk high circumstantial signature_key /cert/my_match/provider"}}
                    )
                );
            }},
    // Daily life on the internet, and no fault.
    Profile{
        .name = "attacked",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = guess_passwords,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok", "none", {{"RDP.LISTENER", "at_risk low circumstantial attacked /evt"}}
                );
            }},
    Profile{
        .name = "attacked_full",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = flooded,
        .truth = [](std::uint32_t build) {
            return assessed(
                "broken",
                "unexplained",
                with(
                    handshake_failed(build, "timeout /hs/0/stage /hs/0/errno"),
                    {{"RDP.LISTENER", "at_risk high circumstantial attacked /evt"}}
                )
            );
        }}};

} // namespace

std::span<const Profile> unproven_profiles() {
    return unproven_table;
}

} // namespace simfleet
