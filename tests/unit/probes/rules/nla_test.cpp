// NLA.CREDSSP, NLA.CHANNEL, DISK.FULL: what fails while port, TLS and certificate are sound.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

constexpr std::uint32_t standalone = 2, controller = 5; // DomainRole
constexpr std::int64_t an_hour = 3600;

SecurityFacts& security(Facts& facts) {
    return *facts.security.value;
}

// A look from outside whose first leg of CredSSP ended so; "" is a challenge.
void leg(Facts& facts, const char* failure) {
    HandshakeFacts shake = guest(facts);
    shake.from = "outside";
    shake.nla_failure = failure;
    if (shake.nla_failure.empty()) shake.nla = NlaFacts{};
    facts.handshakes.value->push_back(std::move(shake));
}

// NTLM that was refused to a process.
void blocked(Facts& facts, std::uint32_t pid, std::int64_t ago) {
    add_event(facts, "NTLM", 4002, ago).data["CallerPID"] = std::to_string(pid);
}

void started(Facts& facts, std::int64_t ago) {
    facts.os.value->boot = fixed_now - ago;
}

// Returns verdict, severity, confidence and key in one line.
std::string said(std::string_view rule, const Facts& facts) {
    const std::string all = in_full(find(rule, facts));
    const std::string line = all.substr(0, all.find('\n'));
    std::size_t end = 0;
    for (int word = 0; word < 4 && end != std::string::npos; ++word)
        end = line.find(' ', end + (word > 0 ? 1 : 0));
    return line.substr(0, end);
}

Facts changed(void (*change)(Facts&)) {
    Facts facts = healthy_facts();
    change(facts);
    return facts;
}

} // namespace

TEST_CASE("NLA.CREDSSP: what is meant, and what was seen beside it", "[rule]") {
    check_cases(
        "NLA.CREDSSP",
        {
            {"no value", [](Facts&) {}, Verdict::ok, "ok"},
            {"all NTLM let in", [](Facts& f) { security(f).ntlm_in = 0; }, Verdict::ok, "ok"},
            {"a number nobody knows", [](Facts& f) { security(f).ntlm_in = 3; }, Verdict::ok, "ok"},
            {"no NTLM", [](Facts& f) { security(f).ntlm_in = 2; }, Verdict::at_risk, "ntlm_none"},
            {"no NTLM of domain accounts",
             [](Facts& f) { security(f).ntlm_in = 1; },
             Verdict::at_risk,
             "ntlm_domain"},
            {"no NTLM of domain accounts, and no domain",
             [](Facts& f) {
                 security(f).ntlm_in = 1;
                 f.os.value->domain_role = standalone;
             },
             Verdict::ok,
             "ok"},
            {"no NTLM, and a leg that got its challenge",
             [](Facts& f) {
                 security(f).ntlm_in = 2;
                 leg(f, "");
             },
             Verdict::at_risk,
             "ntlm_none"},
            {"no NTLM, and a leg that failed",
             [](Facts& f) {
                 security(f).ntlm_in = 2;
                 leg(f, "closed");
             },
             Verdict::at_risk,
             "ntlm_refused"},
            {"the same, and no domain, so that nobody has Kerberos",
             [](Facts& f) {
                 security(f).ntlm_in = 2;
                 f.os.value->domain_role = standalone;
                 leg(f, "closed");
             },
             Verdict::broken,
             "ntlm_refused"},
            {"the same, and whether there is a domain is not known",
             [](Facts& f) {
                 security(f).ntlm_in = 2;
                 f.os.value->domain_role.reset();
                 leg(f, "closed");
             },
             Verdict::at_risk,
             "ntlm_refused"},
            {"no NTLM and no NLA, and a leg that failed",
             [](Facts& f) {
                 security(f).ntlm_in = 2;
                 security(f).nla = 0;
                 leg(f, "closed");
             },
             Verdict::at_risk,
             "ntlm_none"},
            {"no NTLM of domain accounts, and a leg that names none failed",
             [](Facts& f) {
                 security(f).ntlm_in = 1;
                 leg(f, "closed");
             },
             Verdict::at_risk,
             "ntlm_domain"},
            {"no NTLM, and TermService was refused it",
             [](Facts& f) {
                 security(f).ntlm_in = 2;
                 blocked(f, service(f, "TermService").pid, 60);
             },
             Verdict::at_risk,
             "ntlm_blocked"},
            {"no NTLM, and another server was refused it",
             [](Facts& f) {
                 security(f).ntlm_in = 2;
                 blocked(f, 4, 60);
             },
             Verdict::at_risk,
             "ntlm_none"},
            {"a leg that failed, and no reason",
             [](Facts& f) { leg(f, "timeout"); },
             Verdict::at_risk,
             "leg"},
            {"a leg that was refused, and no reason",
             [](Facts& f) { leg(f, "refused"); },
             Verdict::at_risk,
             "leg_refused"},
            {"updated clients only, and a leg that got its challenge",
             [](Facts& f) {
                 security(f).credssp = 0;
                 leg(f, "");
             },
             Verdict::ok,
             "updated_only"},
            {"mitigated", [](Facts& f) { security(f).credssp = 1; }, Verdict::ok, "ok"},
            {"vulnerable",
             [](Facts& f) { security(f).credssp = 2; },
             Verdict::at_risk,
             "vulnerable"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/sec/ntlm_in"); },
             Verdict::unknown,
             "rule.unread"},
            {"the other one unread",
             [](Facts& f) { mark_unread(f, "/sec/credssp"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("NLA.CREDSSP: how grave it is", "[rule]") {
    const auto refusing = [](std::uint32_t role, const char* ended) {
        Facts facts = healthy_facts();
        facts.os.value->domain_role = role;
        security(facts).ntlm_in = 2;
        if (*ended != '\0') leg(facts, ended);
        return said("NLA.CREDSSP", facts);
    };
    CHECK(refusing(3, "") == "at_risk medium direct NLA.CREDSSP.ntlm_none");
    CHECK(refusing(controller, "") == "at_risk medium direct NLA.CREDSSP.ntlm_none");
    CHECK(refusing(standalone, "") == "at_risk high direct NLA.CREDSSP.ntlm_none");
    CHECK(refusing(0, "") == "at_risk high direct NLA.CREDSSP.ntlm_none");
    CHECK(refusing(3, "refused") == "at_risk high functional NLA.CREDSSP.ntlm_refused");
    CHECK(refusing(standalone, "reset") == "broken critical functional NLA.CREDSSP.ntlm_refused");
    const auto line = [](void (*change)(Facts&)) { return said("NLA.CREDSSP", changed(change)); };
    CHECK(line([](Facts& f) {
              security(f).ntlm_in = 2, security(f).nla = 0;
          }) == "at_risk low direct NLA.CREDSSP.ntlm_none");
    CHECK(line([](Facts& f) {
              security(f).ntlm_in = 1, leg(f, "garbage");
          }) == "at_risk high direct NLA.CREDSSP.ntlm_domain");
    CHECK(line([](Facts& f) { leg(f, "closed"); }) == "at_risk high functional NLA.CREDSSP.leg");
    CHECK(line([](Facts& f) {
              leg(f, "refused");
          }) == "at_risk low functional NLA.CREDSSP.leg_refused");
    CHECK(line([](Facts& f) {
              security(f).credssp = 2;
          }) == "at_risk low direct NLA.CREDSSP.vulnerable");
    CHECK(line([](Facts& f) {
              mark_unread(f, "/sec/ntlm_in");
          }) == "unknown medium direct rule.unread");
}

TEST_CASE("NLA.CREDSSP: the evidence is the value and who was refused", "[rule]") {
    Facts facts = healthy_facts();
    security(facts).ntlm_in = 2;
    blocked(facts, 4, 30);
    blocked(facts, service(facts, "TermService").pid, 60);
    leg(facts, "closed");
    CHECK(
        in_full(find("NLA.CREDSSP", facts)) ==
        "at_risk high functional NLA.CREDSSP.ntlm_refused last=2026-11-18T11:05:40Z nla=closed "
        "value=2\n/sec/ntlm_in: 2 | absent or 0\n/hs/1/nla_errno: closed | none\n"
        "/evt/1: NTLM 4002 | no such event"
    );
}

TEST_CASE("NLA.CHANNEL: the newest event decides, and only members have a channel", "[rule]") {
    check_cases(
        "NLA.CHANNEL",
        {
            {"nothing logged", [](Facts&) {}, Verdict::ok, "ok"},
            {"refused",
             [](Facts& f) { add_event(f, "NETLOGON", 3210, an_hour); },
             Verdict::at_risk,
             "refused"},
            {"no such computer",
             [](Facts& f) { add_event(f, "NETLOGON", 5721, an_hour); },
             Verdict::at_risk,
             "refused"},
            {"another computer, as a controller says it",
             [](Facts& f) { add_event(f, "NETLOGON", 5722, an_hour); },
             Verdict::ok,
             "ok"},
            {"the same number of another program",
             [](Facts& f) { add_event(f, "SCM", 3210, an_hour); },
             Verdict::ok,
             "ok"},
            {"refused, and a new password since",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 5823, an_hour);
                 add_event(f, "NETLOGON", 3210, 2 * an_hour);
             },
             Verdict::ok,
             "cured"},
            {"a new password, and refused since",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 3210, an_hour);
                 add_event(f, "NETLOGON", 5823, 2 * an_hour);
             },
             Verdict::at_risk,
             "refused"},
            {"refused before Windows started",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 3210, an_hour);
                 started(f, an_hour - 1);
             },
             Verdict::ok,
             "cured"},
            {"refused as Windows started",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 3210, an_hour - 40);
                 started(f, an_hour);
             },
             Verdict::at_risk,
             "refused"},
            {"no member of a domain",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 3210, an_hour);
                 f.os.value->domain_role = standalone;
             },
             Verdict::ok,
             "not_member"},
            {"a domain controller",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 3210, an_hour);
                 f.os.value->domain_role = controller;
             },
             Verdict::ok,
             "not_member"},
            {"its role is not known",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 3210, an_hour);
                 f.os.value->domain_role.reset();
             },
             Verdict::at_risk,
             "refused"},
            {"the log is too short, and nothing in it",
             [](Facts& f) { f.events.value->oldest_record = fixed_now - 23 * an_hour; },
             Verdict::unknown,
             "log_short"},
            {"the log is too short, and refused in it",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 3210, an_hour);
                 f.events.value->oldest_record = fixed_now - 23 * an_hour;
             },
             Verdict::at_risk,
             "refused"},
            {"the log is too short, and no member of a domain",
             [](Facts& f) {
                 f.events.value->oldest_record = fixed_now - 23 * an_hour;
                 f.os.value->domain_role = standalone;
             },
             Verdict::ok,
             "not_member"},
            {"refused, and not all of Netlogon's were told",
             [](Facts& f) {
                 add_event(f, "NETLOGON", 3210, an_hour);
                 mark_unread(f, "/evt/NETLOGON", "skipped");
             },
             Verdict::at_risk,
             "refused"},
            {"events unread",
             [](Facts& f) { mark_unread(f, "/evt"); },
             Verdict::unknown,
             "rule.unread"},
            {"Netlogon's unread",
             [](Facts& f) { mark_unread(f, "/evt/NETLOGON"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("NLA.CHANNEL: a silent controller counts when it goes on", "[rule]") {
    const auto silent = [](std::int64_t last, std::int64_t before, std::int64_t boot) {
        Facts facts = healthy_facts();
        started(facts, boot);
        add_event(facts, "NETLOGON", 5719, last);
        if (before != 0) add_event(facts, "NETLOGON", 5719, before);
        return said("NLA.CHANNEL", facts);
    };
    const std::string none = "ok low direct NLA.CHANNEL.ok";
    const std::string lost = "at_risk medium circumstantial NLA.CHANNEL.no_controller";
    CHECK(silent(an_hour, 0, a_day) == none);
    CHECK(silent(an_hour, 5 * an_hour, a_day) == lost);
    CHECK(silent(5 * an_hour, 9 * an_hour, a_day) == lost);
    CHECK(silent(5 * an_hour + 1, 9 * an_hour, a_day) == none);
    // While Windows starts it is normal: the first ten minutes.
    CHECK(silent(an_hour, 5 * an_hour, 5 * an_hour + 600) == none);
    CHECK(silent(an_hour, 5 * an_hour, 5 * an_hour + 601) == lost);
    Facts cured = healthy_facts();
    add_event(cured, "NETLOGON", 5823, 60);
    add_event(cured, "NETLOGON", 5719, an_hour);
    add_event(cured, "NETLOGON", 5719, 5 * an_hour);
    CHECK(said("NLA.CHANNEL", cured) == none);
    Facts refused = healthy_facts();
    add_event(refused, "NETLOGON", 5719, 60);
    add_event(refused, "NETLOGON", 3210, an_hour);
    add_event(refused, "NETLOGON", 3210, 5 * an_hour);
    const Facts short_log = changed([](Facts& f) { f.events.value->oldest_record.reset(); });
    CHECK(said("NLA.CHANNEL", short_log) == "unknown medium direct NLA.CHANNEL.log_short");
    CHECK(
        in_full(find("NLA.CHANNEL", refused)) ==
        "at_risk medium circumstantial NLA.CHANNEL.refused count=2 id=3210 "
        "last=2026-11-18T10:06:40Z\n/evt/1: NETLOGON 3210 | no such event\n"
        "/evt/1/utc: 2026-11-18T10:06:40Z | "
    );
}

TEST_CASE("DISK.FULL: little room is a risk, and the fault of what could not be made", "[rule]") {
    const auto left = [](Dword mib) {
        Facts facts = healthy_facts();
        facts.os.value->disk_free_mb = mib;
        return said("DISK.FULL", facts);
    };
    CHECK(left({}) == "ok low direct DISK.FULL.ok");
    CHECK(left(1023) == "at_risk low direct DISK.FULL.little");
    CHECK(left(100) == "at_risk low direct DISK.FULL.little");
    CHECK(left(99) == "at_risk medium direct DISK.FULL.nearly");
    CHECK(left(0) == "at_risk medium direct DISK.FULL.nearly");
    const auto failing = [](std::uint32_t mib, std::uint32_t id) {
        Facts facts = healthy_facts();
        facts.os.value->disk_free_mb = mib;
        fail_handshake(facts, "tls", "reset");
        add_event(facts, "TermService", id, 60);
        return facts;
    };
    CHECK(
        in_full(find("DISK.FULL", failing(9, 1058))) ==
        "broken critical direct DISK.FULL.no_certificate id=1058 mib=9\n"
        "/os/disk_free_mb: 9 | 100 or more\n/evt/0: TermService 1058 | no such event"
    );
    CHECK(said("DISK.FULL", failing(0, 1057)) == "broken critical direct DISK.FULL.no_certificate");
    CHECK(said("DISK.FULL", failing(10, 1058)) == "at_risk medium direct DISK.FULL.nearly");
    CHECK(said("DISK.FULL", failing(9, 1056)) == "at_risk medium direct DISK.FULL.nearly");
    Facts works = failing(9, 1058);
    Facts sound = healthy_facts();
    guest(works) = guest(sound);
    CHECK(said("DISK.FULL", works) == "at_risk medium direct DISK.FULL.nearly");
    Facts unread = healthy_facts();
    mark_unread(unread, "/os/disk_free_mb");
    CHECK(said("DISK.FULL", unread) == "unknown low direct rule.unread");
}

TEST_CASE("DISK.FULL: names the cause where the key follows from it", "[rule]") {
    Facts facts = healthy_facts();
    facts.os.value->disk_free_mb = 0;
    facts.machine_keys.value->files.clear();
    fail_handshake(facts, "tls", "reset");
    add_event(facts, "TermService", 1058, 60);
    const Judgement judgement = judge(facts, Policy{}, fixed_now);
    CHECK(judgement.verdict == Verdict::broken);
    CHECK(judgement.summary.key == "DISK.FULL.no_certificate");
    CHECK(judgement.root_cause == Cause::rdp_certificate);
}
