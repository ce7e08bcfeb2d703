// Schannel with a protocol but without a suite or a curve that RDP could use.
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

constexpr std::uint32_t no_common_suite = 36874; // Schannel event

void log_no_suite(Machine& machine) {
    machine.log("Schannel", no_common_suite, 700, {{"Protocol", "TLS 1.2"}});
    machine.log_provoked("Schannel", no_common_suite, {{"Protocol", "TLS 1.2"}});
}

void no_suites(Machine& machine) {
    machine.set_suite_policy("");
    log_no_suite(machine);
}

// The certificate's key is RSA.
void wrong_suites(Machine& machine) {
    machine.set_suite_policy(
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    );
    log_no_suite(machine);
}

void few_suites(Machine& machine) {
    machine.set_suite_policy(
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    );
}

// A list for Windows Server 2016 and later, sent to an older one that knows none of its names.
void newer_suites(Machine& machine) {
    machine.set_suite_policy(
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,"
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"
    );
    log_no_suite(machine);
}

void no_key_exchange(Machine& machine) {
    const auto base = std::string(paths::schannel) + R"(\KeyExchangeAlgorithms\)";
    for (const auto* name : {"ECDH", "Diffie-Hellman", "PKCS"})
        machine.state.registry.set(base + name, "Enabled", dword_value(0));
    log_no_suite(machine);
}

void no_curves(Machine& machine) {
    machine.state.registry.set(paths::suites_local, "EccCurves", texts_value({}));
}

void set_fips(Machine& machine) {
    machine.state.registry.set(paths::fips, "Enabled", dword_value(1));
}

// FIPS allows none of what the policy lists; Schannel then has nothing to offer.
void fips_without_suite(Machine& machine) {
    set_fips(machine);
    machine.set_suite_policy("TLS_RSA_WITH_RC4_128_SHA,TLS_RSA_WITH_RC4_128_MD5");
    log_no_suite(machine);
    Handshake shake;
    shake.stage = "tls";
    shake.selected = 2;
    shake.alert = 40;
    shake.failure = "closed";
    machine.state_handshake(shake);
}

Truth no_suite(std::uint32_t build, const std::string& key) {
    return tls(
        "broken",
        with(
            handshake_failed(build, no_common_suite_left),
            {{"TLS.SUITES", "broken critical direct " + key + " /tls/suites_policy"},
             {"EVT.SCHANNEL", "broken critical circumstantial tls_now /evt/0 /evt/0/utc"}}
        )
    );
}

Truth weak_suites(const std::string& how) {
    return tls("at_risk", {{"TLS.SUITES", "at_risk high direct " + how}});
}

// Legitimate, and RDP answers: worth knowing, no more.
Truth with_fips(const std::string& key) {
    return assessed(
        "ok", "none", {{"FIPS", "at_risk low direct " + key + " /sec/fips /sec/minenc"}}
    );
}

const std::array suite_table{
    Profile{
        .name = "suites_empty",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = no_suites,
        .truth = [](std::uint32_t build) { return no_suite(build, "empty_policy"); }},
    Profile{
        .name = "suites_wrong_key",
        .kind = Kind::fault,
        .weight = 3,
        .builds = only<14393, 17763>(),
        .damage = wrong_suites,
        .truth = [](std::uint32_t build) { return no_suite(build, "none_usable"); }},
    Profile{
        .name = "suites_newer_names",
        .kind = Kind::fault,
        .weight = 2,
        .builds = only<9200, 9600>(),
        .damage = newer_suites,
        .truth = [](std::uint32_t build) { return no_suite(build, "none_known"); }},
    Profile{
        .name = "suites_no_key_exchange",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = no_key_exchange,
        .truth =
            [](std::uint32_t build) {
                return tls(
                    "broken",
                    with(
                        no_suite(build, "none_usable").findings,
                        {{"TLS.SUITES",
                          "broken critical direct none_usable /tls/suites_local "
                          "/tls/kx/Diffie-Hellman"
                          " /tls/kx/ECDH /tls/kx/PKCS"}}
                    )
                );
            }},
    Profile{
        .name = "suites_few",
        .kind = Kind::fault,
        .weight = 2,
        .builds = only<14393, 17763>(),
        .damage = few_suites,
        .truth = [](std::uint32_t) { return weak_suites("few /tls/suites_policy"); }},
    Profile{
        .name = "suites_no_curves",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = no_curves,
        .truth = [](std::uint32_t
                 ) { return weak_suites("no_curves /tls/suites_local /tls/curves"); }},
    Profile{
        .name = "fips_on",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = set_fips,
        .truth = [](std::uint32_t) { return with_fips("on"); }},
    Profile{
        .name = "fips_by_level",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = [](Machine& machine) { machine.set_rdp("MinEncryptionLevel", 4); },
        .truth = [](std::uint32_t) { return with_fips("min_encryption"); }},
    Profile{
        .name = "fips_without_suite",
        .kind = Kind::fault,
        .weight = 1,
        .builds = only<14393, 17763>(),
        .damage = fips_without_suite,
        .truth = [](std::uint32_t build) {
            return tls(
                "broken",
                with(
                    no_suite(build, "none_usable").findings,
                    {{"FIPS", "broken critical direct no_suite /sec/fips /sec/minenc"}}
                )
            );
        }}};

} // namespace

std::span<const Profile> suite_profiles() {
    return suite_table;
}

} // namespace simfleet
