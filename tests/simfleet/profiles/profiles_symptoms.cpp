// Symptoms without a cause, causes that hide each other, and logs that say less than they seem to.
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

void fail_handshake(Machine& machine, const char* stage, const char* failure) {
    Handshake shake;
    shake.stage = stage;
    shake.failure = failure;
    if (std::string_view(stage) == "tls") shake.selected = 2;
    machine.state_handshake(shake);
}

void not_tried(Machine& machine) {
    machine.forbid("net:loopback", "skipped", "");
}

// Trouble of this morning, cured since. The record names TermService's process.
void past_key_trouble(Machine& machine) {
    const std::map<std::string, std::string> failure{
        {"Type", "server"},
        {"ErrorCode", "0x8009030d"},
        {"ErrorStatus", "10001"},
        {"CallerProcessId", std::to_string(machine.termservice_pid())},
        {"CallerProcessImageName", "svchost.exe"}};
    machine.log("Schannel", 36870, 30'000, failure);
}

// Some program fails as a TLS client again and again, on a Windows that says so in Japanese; by
// chance somebody had connected to RDP each time.
void client_trouble(Machine& machine) {
    const std::map<std::string, std::string> failure{
        {"Type", "クライアント"}, {"ErrorState", "10013"}};
    for (std::int64_t ago = 600; ago < 30'000; ago += 1'800) {
        machine.log(
            "RdpCoreTS", 131, ago + 3, {{"ConnType", "TCP"}, {"ClientIP", "10.9.0.7:5011"}}
        );
        machine.log("Schannel", 36871, ago, failure);
    }
}

void failed_enrolment(Machine& machine) {
    machine.log("TermService", 1064, 50'000, {{"0", "RemoteDesktopComputer"}});
    machine.log("TermService", 1065, 20'000, {{"0", "RemoteDesktopComputer"}});
}

void past_audit(Machine& machine) {
    machine.log(
        "Security",
        5061,
        30'000,
        {{"SubjectUserSid", "S-1-5-20"}, {"KeyName", "TSSecKeySet1"}, {"ReturnCode", "0x80090016"}}
    );
}

void past_creation_trouble(Machine& machine) {
    machine.log("TermService", 1057, 50'000, {{"0", "Object already exists"}});
}

// Windows says in its own language, and with a number, why it could make no certificate.
void creation_trouble_with_status(Machine& machine) {
    machine.log("TermService", 1057, 50'000, {{"0", "Zugriff verweigert"}}, {"\x05\0\x07\x80", 4});
    machine.log(
        "TermService",
        1058,
        20'000,
        {{"0", "Das Objekt ist bereits vorhanden."}},
        {"\x0f\0\x09\x80", 4}
    );
}

// The log holds one hour: that nothing is in it means nothing.
void wrapped_log(Machine& machine) {
    machine.state.oldest_event = machine.plan.now - hour;
}

// Three faults at once; the port comes first in the way of a connection.
void several(Machine& machine) {
    machine.stop_listening();
    machine.listen("0.0.0.0", 3389, machine.start_process("xrdp-gw.exe"));
    machine.set_key_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)");
    for (const auto* protocol : {"TLS 1.0", "TLS 1.1", "TLS 1.2"}) {
        machine.set_protocol(protocol, 0, 1);
    }
}

void tls_and_certificate(Machine& machine) {
    for (const auto* protocol : {"TLS 1.0", "TLS 1.1", "TLS 1.2"}) {
        machine.set_protocol(protocol, 0, 1);
    }
    auto shape = machine.own_shape();
    shape.not_after = machine.plan.now - 3 * day;
    shape.not_before = shape.not_after - 183 * day;
    machine.install_own(shape);
}

// The event itself and when it was.
constexpr const char* first_event = " /evt/0 /evt/0/utc";

Truth unexplained(std::uint32_t build, const std::string& how) {
    return assessed("broken", "unexplained", handshake_failed(build, how));
}

void member(Blueprint& plan) {
    plan.domain_role = 3;
}

// Nothing can be said of the events of a domain member's System log.
Findings no_system_log(const std::string& why) {
    return {
        {"EVT.SCHANNEL", "unknown medium direct " + why},
        {"NLA.CHANNEL", "unknown medium direct " + why},
        {"EVT.RDPCERT", "unknown medium direct " + why}};
}

// Where administrators may not read the key's rights, the key is the one suspect left.
Truth dropped_in_tls(std::uint32_t build) {
    if (build < 17763) return unexplained(build, cut_off);
    return assessed(
        "broken", "machine_keys", with(handshake_failed(build, cut_off), the_key_is_left())
    );
}

const std::array symptom_table{
    Profile{
        .name = "handshake_reset",
        .kind = Kind::fault,
        .weight = 5,
        .builds = current_builds(),
        .damage = [](Machine& machine) { fail_handshake(machine, "tls", "reset"); },
        .truth = dropped_in_tls},
    Profile{
        .name = "handshake_timeout",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = [](Machine& machine) { fail_handshake(machine, "x224", "timeout"); },
        .truth = [](std::uint32_t build
                 ) { return unexplained(build, "timeout /hs/0/stage /hs/0/errno"); }},
    Profile{
        .name = "handshake_not_tried",
        .kind = Kind::fault,
        .weight = 1,
        .builds = open_key_builds(),
        .damage = not_tried,
        .truth = [](std::uint32_t build
                 ) { return assessed("unknown", "none", handshake_not_run(build)); },
        .wire = {.rdp_outside = false}},
    Profile{
        .name = "events_key_past",
        .kind = Kind::fault,
        .weight = 3,
        .builds = current_builds(),
        .damage = past_key_trouble,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "machine_keys",
                    {{"EVT.SCHANNEL",
                      std::string("at_risk medium circumstantial machine_keys:key_past") +
                          first_event}}
                );
            }},
    Profile{
        .name = "events_of_a_client",
        .kind = Kind::healthy,
        .weight = 2,
        .builds = current_builds(),
        .damage = client_trouble,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok",
                    "none",
                    {{"EVT.SCHANNEL",
                      std::string("at_risk low circumstantial tls_protocols:tls_near") +
                          first_event}}
                );
            }},
    Profile{
        .name = "events_enrolment_fails",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = failed_enrolment,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "rdp_certificate",
                    {{"EVT.RDPCERT",
                      std::string("at_risk medium circumstantial enrolment") + first_event}}
                );
            }},
    Profile{
        .name = "events_audit_past",
        .kind = Kind::fault,
        .weight = 1,
        .builds = current_builds(),
        .damage = past_audit,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "machine_keys",
                    {{"EVT.KEYAUDIT",
                      std::string("at_risk medium direct past /evt/0/data/ReturnCode") +
                          first_event}}
                );
            }},
    Profile{
        .name = "events_certificate_past",
        .kind = Kind::fault,
        .weight = 2,
        .builds = current_builds(),
        .damage = past_creation_trouble,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "rdp_certificate",
                    {{"EVT.RDPCERT",
                      std::string("at_risk medium circumstantial creation_past") + first_event}}
                );
            }},
    Profile{
        .name = "events_certificate_status",
        .kind = Kind::fault,
        .weight = 0,
        .builds = current_builds(),
        .damage = creation_trouble_with_status,
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "at_risk",
                    "rdp_certificate",
                    {{"EVT.RDPCERT",
                      std::string("at_risk medium circumstantial creation_past") + first_event +
                          " /evt/0/bin"}}
                );
            }},
    // No evidence either way; the handshake works, so the host does.
    Profile{
        .name = "events_unread",
        .kind = Kind::healthy,
        .weight = 1,
        .builds = current_builds(),
        .draw = member,
        .damage = [](Machine& machine) { machine.forbid("log:System"); },
        .truth =
            [](std::uint32_t) {
                return assessed(
                    "ok",
                    "none",
                    with(
                        no_system_log("rule.unread /evt"),
                        {{"EVT.KEYAUDIT", "unknown medium direct rule.unread /evt"}}
                    )
                );
            }},
    Profile{
        .name = "events_wrapped",
        .kind = Kind::healthy,
        .weight = 2,
        .builds = current_builds(),
        .draw = member,
        .damage = wrapped_log,
        .truth = [](std::uint32_t
                 ) { return assessed("ok", "none", no_system_log("log_short /evt_oldest_utc")); }},
    Profile{
        .name = "several_causes",
        .kind = Kind::fault,
        .weight = 3,
        .builds = only<14393>(),
        .damage = several,
        .truth =
            [](std::uint32_t build) {
                return assessed(
                    "broken",
                    "rdp_port",
                    with(
                        handshake_failed(build, other_answer),
                        {{"PORT.OWNER",
                          "broken critical direct foreign /listener/sockets/0/a"
                          " /listener/sockets/0/pid"},
                         {"TLS.PROTO", std::string("broken critical direct none") + every_version},
                         {"KEY.ACL", "broken critical direct denied /keys/files/0/sddl"}}
                    )
                );
            }},
    Profile{
        .name = "tls_and_certificate",
        .kind = Kind::fault,
        .weight = 3,
        .builds = only<14393>(),
        .damage = tls_and_certificate,
        .truth = [](std::uint32_t build) {
            return assessed(
                "broken",
                "tls_protocols",
                with(
                    handshake_failed(build, cut_off),
                    {{"TLS.PROTO", std::string("broken critical direct none") + every_version},
                     {"CERT.SELF.VALID", "broken critical direct expired /cert/store/0/not_after"}}
                )
            );
        }}};

} // namespace

std::span<const Profile> symptom_profiles() {
    return symptom_table;
}

} // namespace simfleet
