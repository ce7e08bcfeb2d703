// What rules make of a VM that was read from its disk, where the golden disks do not show it.
#include "probes/reading/disk_view.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/disk_facts.hpp"
#include "tests/unit/probes/rules/symptom_facts.hpp"

#include <algorithm>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

void check_disks(std::string_view rule, std::initializer_list<Case> cases) {
    for (const Case& one : cases) {
        INFO(one.what);
        Facts facts = disk_facts();
        one.change(facts);
        const Finding finding = find(rule, facts);
        CHECK(finding.verdict == one.verdict);
        const std::string slug(one.slug);
        CHECK(
            finding.summary.key ==
            (slug.starts_with("rule.") ? slug : std::string(rule) + "." + slug)
        );
    }
}

HandshakeFacts refused_outside() {
    HandshakeFacts shake;
    shake.from = "outside";
    shake.address = "203.0.113.7";
    shake.stage = "connect";
    shake.failure = "refused";
    return shake;
}

} // namespace

TEST_CASE("SVC.STATE: a disk tells start types", "[offline]") {
    using enum Verdict;
    check_disks(
        "SVC.STATE",
        {
            {"healthy", [](Facts&) {}, not_applicable, "rule.offline"},
            {"manual is not disabled",
             [](Facts& f) { service(f, "CryptSvc").start = 3; },
             not_applicable,
             "rule.offline"},
            {"TermService",
             [](Facts& f) { service(f, "TermService").start = 4; },
             broken,
             "start_disabled"},
            {"a client was served all the same",
             [](Facts& f) {
                 service(f, "TermService").start = 4;
                 see_outside(f, from_outside("done"));
             },
             at_risk,
             "disabled_running"},
            {"KeyIso, and a client was served",
             [](Facts& f) {
                 service(f, "KeyIso").start = 4;
                 see_outside(f, from_outside("done"));
             },
             at_risk,
             "start_needed"},
            {"TermService is gone",
             [](Facts& f) {
                 auto& all = f.services.value->services;
                 all.erase(all.begin());
             },
             broken,
             "missing"},
            {"SessionEnv is gone",
             [](Facts& f) {
                 auto& all = f.services.value->services;
                 all.erase(all.begin() + 1);
             },
             at_risk,
             "needed_missing"},
            {"no start type",
             [](Facts& f) { service(f, "TermService").start.reset(); },
             unknown,
             "rule.unread"},
            {"gpsvc is not RDP's",
             [](Facts& f) { service(f, "gpsvc").start = 4; },
             not_applicable,
             "rule.offline"},
        }
    );
}

TEST_CASE("SVC.STATE: evidence of a disk is the start type alone", "[offline]") {
    Facts facts = disk_facts();
    service(facts, "TermService").start = 4;
    CHECK(
        in_full(find("SVC.STATE", facts)) ==
        "broken critical direct SVC.STATE.start_disabled service=TermService\n"
        "/svc/0/start: TermService 4 | 2 or 3"
    );
}

TEST_CASE("offline: only that reason makes a rule stand aside", "[offline]") {
    for (const char* why : {"denied", "absent", "error", "unsupported", "timeout", "skipped"}) {
        Facts facts = disk_facts();
        std::erase_if(facts.unread, [](const Unread& one) {
            return one.pointer == "/listener/sockets";
        });
        mark_unread(facts, "/listener/sockets", why);
        CHECK(find("PORT.OWNER", facts).verdict == Verdict::unknown);
    }
    CHECK(find("PORT.OWNER", disk_facts()).summary.key == "rule.offline");
    CHECK(find("PORT.OWNER", disk_facts()).severity == Severity::low);
    Facts facts = disk_facts();
    mark_unread(facts, "/evt", "offline");
    CHECK(find("EVT.SCHANNEL", facts).severity == Severity::low);
}

TEST_CASE("PORT: what a disk tells of the port", "[offline]") {
    using enum Verdict;
    check_disks(
        "PORT.NOLISTEN",
        {
            {"all adapters", [](Facts&) {}, not_applicable, "rule.offline"},
            {"one adapter",
             [](Facts& f) { f.rdp_port.value->lan_adapter = 2; },
             at_risk,
             "bound_disk"},
            {"one adapter, and RDP is denied",
             [](Facts& f) {
                 f.rdp_port.value->lan_adapter = 2;
                 f.rdp_port.value->deny_local = 1;
             },
             not_applicable,
             "rule.offline"},
            {"one adapter, and a client was served",
             [](Facts& f) {
                 f.rdp_port.value->lan_adapter = 2;
                 see_outside(f, from_outside("done"));
             },
             not_applicable,
             "rule.offline"},
        }
    );
    check_disks(
        "PORT.OWNER",
        {
            {"a port proxy",
             [](Facts& f) {
                 f.rdp_port.value->port_proxies = {{"*/3389", "10.0.0.9/3389"}};
             },
             at_risk,
             "portproxy_dormant"},
            {"on another port",
             [](Facts& f) {
                 f.rdp_port.value->port_proxies = {{"*/8080", "10.0.0.9/3389"}};
             },
             not_applicable,
             "rule.offline"},
        }
    );
}

TEST_CASE("offline: the clock of who reads judges a certificate", "[offline]") {
    Facts facts = disk_facts();
    facts.events.value->until.reset();
    facts.disk.value.reset();
    auto& own = *own_certificate(facts).parsed;
    own.not_after = fixed_now + 30 * a_day;
    CHECK(find("CERT.SELF.VALID", facts).verdict == Verdict::ok);
    own.not_after = fixed_now - 1;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.expired");
    CHECK(find("CERT.SELF.VALID", facts).verdict == Verdict::broken);
    // What such a document says of a clock is no VM's.
    facts.collector.value->utc = fixed_now - 400 * a_day;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.expired");
}

TEST_CASE("CERT.SELF.VALID: one that ended after the VM did", "[offline]") {
    Facts facts = disk_facts();
    auto& own = *own_certificate(facts).parsed;
    own.not_after = stopped_at + 1;
    Finding finding = find("CERT.SELF.VALID", facts);
    CHECK(finding.summary.key == "CERT.SELF.VALID.expired_while_down");
    CHECK(finding.verdict == Verdict::at_risk);
    CHECK(finding.severity == Severity::medium);
    own.not_after = stopped_at;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.expired");
    // A key that was written later shows that Windows ran later.
    own.not_after = stopped_at + 1;
    facts.disk.value->own_store_written = stopped_at + 1;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.expired");
    facts.disk.value->own_store_written.reset();
    // Signs of life from before the certificate was made are of another time.
    own.not_before = stopped_at + 1;
    own.not_after = stopped_at + 2;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.expired");
    own.not_before = stopped_at;
    service(facts, "SessionEnv").start = 4;
    CHECK(find("CERT.SELF.VALID", facts).summary.key == "CERT.SELF.VALID.renewal_blocked");
}

TEST_CASE("offline: the window of events ends at the newest record", "[offline]") {
    Facts facts = disk_facts();
    auto& events = *facts.events.value;
    events.window_hours = 24;
    events.oldest_record = stopped_at - a_day;
    const Finding fine = find("EVT.SCHANNEL", facts);
    CHECK(
        in_full(fine) == "ok low direct EVT.SCHANNEL.ok_stopped hours=24 "
                         "until=2026-11-15T11:06:40Z\n/evt_until_utc: 2026-11-15T11:06:40Z | "
    );
    CHECK(find("EVT.RDPCERT", facts).summary.key == "EVT.RDPCERT.ok_stopped");
    CHECK(find("NLA.CHANNEL", facts).summary.key == "NLA.CHANNEL.ok_stopped");
    events.oldest_record = stopped_at - a_day + 1;
    CHECK(find("EVT.SCHANNEL", facts).summary.key == "EVT.SCHANNEL.log_short");
    CHECK(find("EVT.RDPCERT", facts).summary.key == "EVT.RDPCERT.log_short");
    // Without that field the newest event is the end that is known.
    events.until.reset();
    add_event(facts, "RdpCoreTS", 131, fixed_now - stopped_at + 3600);
    CHECK(window_end(facts, fixed_now) == stopped_at - 3600);
    events.events.clear();
    CHECK(window_end(facts, fixed_now) == fixed_now);
    CHECK(window_end(healthy_facts(), fixed_now + 7) == fixed_now);
}

TEST_CASE("offline: events are told as before the stop", "[offline]") {
    Facts facts = disk_facts();
    add_event(facts, "TermService", 1058, 4 * a_day);
    rdp_key_audit(facts, 5061, 4 * a_day, "0x80090016");
    CHECK(find("EVT.RDPCERT", facts).summary.key == "EVT.RDPCERT.creation_before");
    CHECK(find("EVT.KEYAUDIT", facts).summary.key == "EVT.KEYAUDIT.before");
    see_outside(facts, from_outside("done"));
    CHECK(find("EVT.RDPCERT", facts).summary.key == "EVT.RDPCERT.creation_past");
    CHECK(find("EVT.KEYAUDIT", facts).summary.key == "EVT.KEYAUDIT.past");
}

TEST_CASE("NLA.CHANNEL: no controller, and no time of a start to hold it against", "[offline]") {
    Facts facts = disk_facts();
    add_event(facts, "NETLOGON", 5719, 3 * a_day + 60);
    add_event(facts, "NETLOGON", 5719, 3 * a_day + 7200);
    CHECK(find("NLA.CHANNEL", facts).summary.key == "rule.offline");
    add_event(facts, "NETLOGON", 3210, 3 * a_day + 30);
    CHECK(find("NLA.CHANNEL", facts).summary.key == "NLA.CHANNEL.refused");
}

TEST_CASE("GPO.MANAGED: a disk has Registry.pol and the Policies key", "[offline]") {
    using enum Verdict;
    check_disks(
        "GPO.MANAGED",
        {
            {"nothing", [](Facts&) {}, ok, "ok_disk"},
            {"a value below Policies",
             [](Facts& f) { f.security.value->policy_nla = 1; },
             at_risk,
             "disk"},
            {"Registry.pol",
             [](Facts& f) {
                 f.group_policy.value->registry_pol = {
                     R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\SecurityLayer)"};
             },
             at_risk,
             "disk"},
            {"of something else",
             [](Facts& f) {
                 f.group_policy.value->registry_pol = {R"(SOFTWARE\Policies\Other\Value)"};
             },
             ok,
             "ok_disk"},
            {"which denies RDP",
             [](Facts& f) { f.rdp_port.value->deny_policy = 1; },
             at_risk,
             "disk_harmful"},
            {"Registry.pol unread",
             [](Facts& f) { mark_unread(f, "/gp/registry_pol", "error"); },
             unknown,
             "rule.unread"},
        }
    );
    Facts facts = disk_facts();
    facts.security.value->policy_nla = 1;
    CHECK(find("GPO.MANAGED", facts).severity == Severity::low);
    CHECK(find("GPO.MANAGED", facts).confidence == Confidence::circumstantial);
    CHECK(find("GPO.MANAGED", disk_facts()).confidence == Confidence::circumstantial);
    facts.rdp_port.value->deny_policy = 1;
    CHECK(find("GPO.MANAGED", facts).severity == Severity::medium);
}

TEST_CASE("CERT.BINDING: pin, stores and inventory without a client", "[offline]") {
    Facts facts = disk_facts();
    facts.inventory_thumbprint = own_thumbprint;
    Finding finding = find("CERT.BINDING", facts);
    CHECK(finding.summary.key == "CERT.BINDING.as_reported");
    CHECK(finding.confidence == Confidence::circumstantial);
    facts.inventory_thumbprint = other_thumbprint;
    const std::string own(own_thumbprint), other(other_thumbprint);
    CHECK(
        in_full(find("CERT.BINDING", facts)) ==
        "at_risk low circumstantial CERT.BINDING.reported_other expected=" + own + " reported=" +
            other + "\n/cert/self: " + own + " | " + own + "\n/cert/store/0/thumb: " + own + " | " +
            own + "\n/inventory/rdp_thumb: " + other + " | " + own
    );
    // A client that was served settles it.
    see_outside(facts, from_outside("done"));
    CHECK(find("CERT.BINDING", facts).summary.key == "CERT.BINDING.ok");
    facts.handshakes.value->front().peer_thumbprint = other_thumbprint;
    CHECK(
        in_full(find("CERT.BINDING", facts)) ==
        "at_risk medium functional CERT.BINDING.other expected=" + own + " served=" + other +
            "\n/hs/0/thumb: " + other + " | " + own + "\n/cert/self: " + own + " | " + other +
            "\n/cert/store/0/thumb: " + own + " | " + other + "\n/inventory/rdp_thumb: " + other +
            " | " + other
    );
}

TEST_CASE("offline: RDP from outside stands beside the disk", "[offline]") {
    Facts facts = disk_facts();
    CHECK(judged(facts).summary.key == "judge.disk");
    auto served = from_outside("done");
    served.certificate = own_certificate(facts).parsed;
    see_outside(facts, served);
    Judgement judgement = judged(facts);
    CHECK(judgement.verdict == Verdict::ok);
    CHECK(of(judgement, "OUT.CERT").verdict == Verdict::ok);
    CHECK(judgement.summary.key == "judge.disk_answers");
    CHECK(of(judgement, "HANDSHAKE").summary.key == "HANDSHAKE.ok_outside");
    CHECK(of(judgement, "OUT.RDP").verdict == Verdict::ok);
    see_outside(facts, refused_outside());
    judgement = judged(facts);
    CHECK(judgement.verdict == Verdict::broken);
    CHECK(judgement.root_cause == Cause::unexplained);
    CHECK(of(judgement, "OUT.RDP").summary.key == "OUT.RDP.refused");
    CHECK(of(judgement, "HANDSHAKE").summary.key == "rule.offline");
    // What stands on the disk explains it.
    service(facts, "TermService").start = 4;
    CHECK(judged(facts).root_cause == Cause::services);
    // A VM that ran is judged inside, as ever.
    Facts running = healthy_facts();
    running.handshakes.value->push_back(refused_outside());
    CHECK(of(judged(running), "OUT.RDP").summary.key == "OUT.RDP.inside_known");
}

TEST_CASE("offline: a client that was served outranks a key that is not there", "[offline]") {
    Facts facts = disk_facts();
    facts.machine_keys.value->files.clear();
    CHECK(find("KEY.PRESENT", facts).verdict == Verdict::broken);
    see_outside(facts, from_outside("done"));
    CHECK(find("KEY.PRESENT", facts).summary.key == "KEY.PRESENT.in_use");
    CHECK(find("KEY.PRESENT", facts).confidence == Confidence::functional);
}
