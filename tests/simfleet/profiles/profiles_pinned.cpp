// Certificates of an authority, pinned to the listener by thumbprint (article step 2).
#include "core/encoding.hpp"
#include "tests/simfleet/profiles/cause_truth.hpp"
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void pin_until(Machine& machine, std::int64_t until) {
    auto shape = machine.ca_shape();
    shape.not_after = machine.plan.now + until;
    machine.pin(shape);
}

void wrong_usage(Machine& machine) {
    auto shape = machine.ca_shape();
    shape.usage = Usage::client_auth;
    machine.pin(shape);
}

void weak_hash(Machine& machine) {
    auto shape = machine.ca_shape();
    shape.digest = Digest::sha1;
    machine.pin(shape);
}

void short_key(Machine& machine) {
    auto shape = machine.ca_shape();
    shape.key = KeyKind::rsa1024;
    machine.pin(shape);
}

void other_name(Machine& machine) {
    auto shape = machine.ca_shape();
    shape.common_name = "old-name.corp.sim.test";
    shape.dns_names = {"old-name.corp.sim.test"};
    machine.pin(shape);
}

// The pinned certificate's key file is the last one that was added.
void lose_key(Machine& machine) {
    machine.pin(machine.ca_shape());
    machine.state.files.pop_back();
    machine.log("TermService", 1055, 3'600, {{"0", "0x80090016"}});
    machine.log_provoked("TermService", 1055, {{"0", "0x80090016"}});
}

// Imported from a .cer file: a certificate that never had a private key here.
void without_key(Machine& machine) {
    const auto made = make_certificate(machine.ca_shape());
    machine.state.registry.set(
        std::string(paths::my_certificates) + '\\' + made.thumbprint,
        "Blob",
        binary_value(store_blob(made, std::nullopt))
    );
    machine.pin_thumbprint(made.thumbprint);
    machine.log("TermService", 1055, 3'600, {{"0", "0x80090016"}});
}

// A policy's template chose one: no pin, but SessionEnv's own note of it, and WMI's where it may
// be asked.
void by_template(Machine& machine) {
    const auto thumbprint = machine.enrol(machine.ca_shape());
    machine.state.registry.set(
        paths::win_stations,
        "TemplateCertificate",
        binary_value(rdpsweep::hex_decode(thumbprint).value_or(""))
    );
    machine.state.registry.set(
        paths::ts_policy, "CertTemplateName", text_value("RemoteDesktopComputer")
    );
    machine.state.management.certificate_hash_type = 2; // by policy
    machine.state.management.certificate_hash = thumbprint;
}

void by_template_without_wmi(Machine& machine) {
    by_template(machine);
    machine.forbid(R"(wmi:root\cimv2\TerminalServices)");
}

// Windows says so (1051) and serves its own certificate instead.
void dangling(Machine& machine) {
    machine.pin_thumbprint("00112233445566778899aabbccddeeff00112233");
    machine.state.management.certificate_hash_type = 0;
    machine.log("TermService", 1051, 3'600);
}

// On a Connection Broker the pin is the deployment's.
void dangling_on_broker(Machine& machine) {
    constexpr std::uint32_t running = 4, automatic = 2;
    dangling(machine);
    machine.state.services.push_back({"Tssdis", running, machine.start_process("tssdis.exe"), 0});
    machine.set_start("Tssdis", automatic);
}

// The same as before, and this time Windows has nothing else to serve.
void dangling_dead(Machine& machine) {
    machine.pin_thumbprint("00112233445566778899aabbccddeeff00112233");
    machine.state.management.certificate_hash_type = 0;
    Handshake shake;
    shake.stage = "tls";
    shake.selected = 2;
    shake.failure = "reset";
    machine.state_handshake(shake);
}

void unreadable(Machine& machine) {
    machine.pin(machine.ca_shape());
    machine.state.files.back().sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
    log_key_failure(machine);
    Handshake shake;
    shake.stage = "tls";
    shake.selected = 2;
    shake.failure = "reset";
    machine.state_handshake(shake);
}

// Pasted from the certificate dialog, with its invisible first character: no certificate has that
// hash, and Windows serves its own.
void extra_bytes(Machine& machine) {
    const auto thumbprint = machine.pin(machine.ca_shape());
    machine.state.files.back().sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)"; // nobody needs it
    machine.state.registry.set(
        paths::rdp_tcp,
        "SSLCertificateSHA1Hash",
        binary_value("\xe2\x80\x8e" + rdpsweep::hex_decode(thumbprint).value_or(""))
    );
    machine.state.management.certificate_hash_type = 0;
}

// The key lives in a TPM: no file to look at, and no handshake to prove that it works.
void in_tpm(Machine& machine) {
    const auto certificate = make_certificate(machine.ca_shape());
    const KeyProvider where{
        .container = "rdp-key", .name = "Microsoft Platform Crypto Provider", .type = 0};
    machine.state.registry.set(
        std::string(paths::my_certificates) + '\\' + certificate.thumbprint,
        "Blob",
        binary_value(store_blob(certificate, where))
    );
    machine.pin_thumbprint(certificate.thumbprint);
    machine.forbid("net:loopback", "skipped", "");
}

Truth ca(const Expected& valid) {
    return certificate(valid.verdict, with(chosen_certificate(), {{"CERT.CA.VALID", valid}}));
}

// Windows serves its own certificate in place of the chosen one.
constexpr const char* other_served = "at_risk medium functional other /hs/0/thumb";
constexpr const char* fell_back = "at_risk medium circumstantial fallback /evt/0 /evt/0/utc";

Truth pin_of_nothing(std::uint32_t) {
    return certificate(
        "at_risk",
        {{"CERT.PIN", "at_risk high direct dangling /cert/pin"},
         {"CERT.BINDING", other_served},
         {"EVT.RDPCERT", fell_back}}
    );
}

const std::array pinned_certificate_table{
    Profile{
        .name = "ca_expiring_month",
        .kind = Kind::fault,
        .weight = 5,
        .builds = current_builds(),
        .damage = [](Machine& machine) { pin_until(machine, 25 * day); },
        .truth = [](std::uint32_t
                 ) { return ca("at_risk medium direct expires /cert/my_match/not_after"); }},
    Profile{
        .name = "ca_expiring_week",
        .kind = Kind::fault,
        .weight = 4,
        .builds = current_builds(),
        .damage = [](Machine& machine) { pin_until(machine, 5 * day); },
        .truth = [](std::uint32_t
                 ) { return ca("at_risk high direct expires /cert/my_match/not_after"); }},
    Profile{
        .name = "ca_expired",
        .kind = Kind::fault,
        .weight = 6,
        .builds = current_builds(),
        .damage = [](Machine& machine) { pin_until(machine, -2 * day); },
        .truth = [](std::uint32_t
                 ) { return ca("broken high direct expired /cert/my_match/not_after"); }},
    Profile{
        .name = "ca_wrong_usage",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = wrong_usage,
        .truth =
            [](std::uint32_t) { // it is served all the same
                return ca("at_risk medium direct no_usage_served /cert/my_match/eku");
            }},
    Profile{
        .name = "ca_sha1",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = weak_hash,
        .truth = [](std::uint32_t) { return ca("at_risk medium direct weak /cert/my_match"); }},
    Profile{
        .name = "ca_short_key",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = short_key,
        .truth = [](std::uint32_t) { return ca("at_risk medium direct weak /cert/my_match"); }},
    Profile{
        .name = "ca_other_name",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = other_name,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok",
                    "none",
                    with(
                        chosen_certificate(),
                        {{"CERT.CA.VALID", "at_risk low direct name /cert/my_match/subject"}}
                    )
                );
            }},
    Profile{
        .name = "ca_no_key",
        .kind = Kind::fault,
        .weight = 1,
        .builds = open_key_builds(),
        .damage = without_key,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "broken",
                    with(
                        chosen_certificate(),
                        {{"CERT.CA.VALID", "broken high direct no_key /cert/my_match/provider"},
                         {"CERT.PIN", "at_risk high direct key_missing /cert/pin"},
                         {"CERT.BINDING", other_served},
                         {"EVT.RDPCERT", fell_back}}
                    )
                );
            }},
    // Windows falls back to its own certificate, so that RDP works with the wrong one.
    Profile{
        .name = "pin_key_lost",
        .kind = Kind::fault,
        .weight = 2,
        .builds = open_key_builds(),
        .damage = lose_key,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "at_risk",
                    with(
                        chosen_certificate(),
                        {{"CERT.PIN", "at_risk high direct key_missing /cert/pin /keys/files"},
                         {"CERT.BINDING", other_served},
                         {"EVT.RDPCERT", fell_back}}
                    )
                );
            }},
    Profile{
        .name = "pin_dangling",
        .kind = Kind::fault,
        .weight = 4,
        .builds = current_builds(),
        .damage = dangling,
        .truth = pin_of_nothing},
    Profile{
        .name = "pin_dangling_broker",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = dangling_on_broker,
        .truth = pin_of_nothing},
    Profile{
        .name = "pin_dangling_dead",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = dangling_dead,
        .truth =
            [](std::uint32_t build) {
                return certificate(
                    "broken",
                    with(
                        handshake_failed(build, cut_off),
                        {{"CERT.PIN", "broken critical direct dangling /cert/pin"}}
                    )
                );
            }},
    Profile{
        .name = "pin_key_unreadable",
        .kind = Kind::fault,
        .weight = 4,
        .builds = open_key_builds(),
        .damage = unreadable,
        .truth =
            [](std::uint32_t build) {
                return certificate(
                    "broken",
                    with(
                        with(handshake_failed(build, cut_off), chosen_certificate()),
                        {{"CERT.PIN",
                          "broken critical direct key_denied /cert/pin /keys/files/4/sddl"},
                         {"EVT.SCHANNEL", key_trouble_logged}}
                    )
                );
            }},
    Profile{
        .name = "pin_extra_bytes",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = extra_bytes,
        .truth =
            [](std::uint32_t) {
                return certificate(
                    "at_risk",
                    {{"CERT.PIN", "at_risk high direct malformed /cert/pin /cert/pin_raw_len"},
                     {"CERT.BINDING", other_served}}
                );
            }},
    Profile{
        .name = "template_chosen",
        .kind = Kind::healthy,
        .weight = 0,
        .builds = current_builds(),
        .damage = by_template,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok",
                    "none",
                    with(
                        chosen_certificate(),
                        {{"GPO.MANAGED", "at_risk low direct managed /cert/wmi_type"}}
                    )
                );
            }},
    Profile{
        .name = "template_chosen_no_wmi",
        .kind = Kind::healthy,
        .weight = 0,
        .builds = current_builds(),
        .damage = by_template_without_wmi,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok",
                    "none",
                    with(
                        chosen_certificate(),
                        {{"GPO.MANAGED", "unknown medium direct unproven /cert/template"}}
                    )
                );
            }},
    Profile{
        .name = "pin_in_tpm",
        .kind = Kind::fault,
        .weight = 1,
        .builds = open_key_builds(),
        .damage = in_tpm,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "unknown",
                    "none",
                    with(
                        with(handshake_not_run(build), chosen_certificate()),
                        {{"CERT.PIN",
                          "unknown critical direct foreign_provider /cert/my_match/provider"}}
                    )
                );
            },
        .wire = {.rdp_outside = false}}};

} // namespace

std::span<const Profile> pinned_certificate_profiles() {
    return pinned_certificate_table;
}

} // namespace simfleet
