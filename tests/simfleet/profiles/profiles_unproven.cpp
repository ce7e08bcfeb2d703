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
        .truth = [](std::uint32_t build) {
            return assessed(
                "broken",
                "unexplained",
                with(
                    with(handshake_failed(build, cut_off), chosen_certificate()),
                    {{"CERT.CA.VALID",
                      "at_risk high circumstantial sha512 /cert/my_match /os/build"}}
                )
            );
        }}};

} // namespace

std::span<const Profile> unproven_profiles() {
    return unproven_table;
}

} // namespace simfleet
