// What the fixes do where an administrator may not write: a declared task of SYSTEM; and the fixes
// of an account, of the certificate store and of a certificate that Windows did not make.
#include "probes/fix/fix.hpp"
#include "probes/fix/system_door.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/fix/fix_table.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

constexpr const char* machine_keys = R"(%ProgramData%\Microsoft\Crypto\RSA\MachineKeys)";
const std::string owned_by_system = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)";
const std::string open_store = "O:SYG:SYD:AI(A;CIID;KA;;;BA)(A;CIID;KA;;;SY)";

Finding complaint(std::string rule, std::string slug, Verdict verdict = Verdict::broken) {
    Finding finding;
    finding.summary.key = rule + "." + slug;
    finding.rule = std::move(rule);
    finding.verdict = verdict;
    return finding;
}

std::vector<Change> changes_of(const char* fix, const Facts& facts, const Finding& finding) {
    const auto prepared = prepare(*find_fix(fix), facts, std::vector{finding});
    if (const auto* refused = std::get_if<Refusal>(&prepared)) FAIL(refused->key);
    return std::get<std::vector<Change>>(prepared);
}

std::string refusal_of(const char* fix, const Facts& facts, const Finding& finding) {
    const auto prepared = prepare(*find_fix(fix), facts, std::vector{finding});
    const auto* refused = std::get_if<Refusal>(&prepared);
    return refused == nullptr ? "changes" : refused->key;
}

// A VM of 2016 whose key file NETWORK SERVICE may not read.
Facts key_denied() {
    auto facts = healthy_facts(14393);
    rdp_key(facts).sddl = owned_by_system;
    return facts;
}

Facts store_denied(const char* denial = "(D;;0x6;;;SY)") {
    auto facts = healthy_facts();
    auto entries = open_store;
    entries.insert(entries.find('('), denial);
    facts.rdp_certificate.value->store_sddl = {open_store, entries};
    return facts;
}

} // namespace

TEST_CASE("system door: who may write a DACL", "[fix]") {
    auto facts = healthy_facts();
    CHECK_FALSE(may_write_dacl(facts, owned_by_system));
    CHECK(may_write_dacl(facts, "O:SYD:PAI(A;;FA;;;BA)"));
    CHECK(may_write_dacl(facts, "O:BAD:PAI(A;;FA;;;SY)"));
    CHECK(may_write_dacl(facts, "O:S-1-5-21-1-2-3-500D:PAI(A;;FA;;;SY)"));
    CHECK_FALSE(may_write_dacl(facts, "O:SYD:PAI(D;;WD;;;BA)(A;;FA;;;BA)"));
    CHECK_FALSE(may_write_dacl(facts, "no descriptor"));
    facts.collector.value->elevated = false;
    CHECK_FALSE(may_write_dacl(facts, "O:SYD:PAI(A;;FA;;;BA)"));
    facts.collector.value->as_sid = "S-1-5-18";
    CHECK(may_write_dacl(facts, owned_by_system));
    facts.collector.value.reset();
    CHECK_FALSE(may_write_dacl(facts, owned_by_system));
}

TEST_CASE("key-acl: what an administrator may not write has a task, which is declared", "[fix]") {
    auto facts = key_denied();
    const auto finding = complaint("KEY.ACL", "denied");
    const auto file = std::string(machine_keys) + "\\" + std::string(rdp_key_name);
    const auto made = changes_of("key-acl", facts, finding);
    REQUIRE(made.size() == 2);
    CHECK(made[0] == Change{Change::Kind::task, "rdpsweep-key-acl", file, "absent", "absent"});
    CHECK(made[1].kind == Change::Kind::rights);
    CHECK(made[1].place == file);
    CHECK(made[1].after == "sddl:O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)(A;;0x120089;;;S-1-5-20)");
    facts.collector.value->as_sid = "S-1-5-18";
    REQUIRE(changes_of("key-acl", facts, finding).size() == 1);
    facts = key_denied();
    rdp_key(facts).sddl = "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
    REQUIRE(changes_of("key-acl", facts, finding).size() == 1);
    facts = key_denied();
    facts.collector.value->elevated = false;
    CHECK(refusal_of("key-acl", facts, finding) == "fix.refused.needs_system");
    facts.collector.value.reset();
    CHECK(refusal_of("key-acl", facts, finding) == "fix.refused.unread");
}

TEST_CASE("gpsvc: by SYSTEM where we are not", "[fix]") {
    auto facts = healthy_facts();
    facts.group_policy.value->gpsvc_start = 4;
    const auto finding = complaint("GPO.GPSVC", "disabled");
    const auto made = changes_of("gpsvc", facts, finding);
    REQUIRE(made.size() == 2);
    CHECK(made[0].place == "rdpsweep-gpsvc");
    CHECK(made[0].name == made[1].place);
    CHECK(made[1].after == "dword:2");
    facts.collector.value->as_sid = "S-1-5-18";
    CHECK(changes_of("gpsvc", facts, finding).size() == 1);
    facts.collector.value->as_sid = "S-1-5-21-1-2-3-500";
    facts.collector.value->elevated = false;
    CHECK(refusal_of("gpsvc", facts, finding) == "fix.refused.needs_system");
}

TEST_CASE("store-acl: the denial goes, and nothing else", "[fix]") {
    const auto finding = complaint("STORE.ACL", "denied");
    for (const auto* denial : {"(D;;0x6;;;SY)", "(D;;KA;;;SY)", "(D;;GA;;;SY)", "(D;;0x2;;;SY)"}) {
        INFO(denial);
        const auto made = changes_of("store-acl", store_denied(denial), finding);
        REQUIRE_FALSE(made.empty());
        const auto& key = made.back();
        CHECK(key.kind == Change::Kind::key);
        CHECK(key.place == R"(SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates)");
        CHECK(key.after == "sddl:" + open_store);
    }
    // Handed down: the lower key loses it with the upper one.
    auto facts = store_denied("(D;CIID;0x6;;;SY)");
    auto& upper = facts.rdp_certificate.value->store_sddl[0];
    upper.insert(upper.find('('), "(D;CI;0x6;;;SY)");
    const auto made = changes_of("store-acl", facts, finding);
    REQUIRE(made.size() == 1);
    CHECK(made[0].place == R"(SOFTWARE\Microsoft\SystemCertificates\Remote Desktop)");
    CHECK(made[0].after == "sddl:" + open_store);
    // What denies others beside it, or something else, stays.
    const auto kept = changes_of(
        "store-acl", store_denied("(D;;0x6;;;SY)(D;;0x6;;;BU)(D;;SD;;;SY)(D;;0x6;;;NS)"), finding
    );
    REQUIRE(kept.size() == 1);
    CHECK(
        kept[0].after ==
        "sddl:O:SYG:SYD:AI(D;;0x6;;;BU)(D;;SD;;;SY)(D;;0x6;;;NS)(A;CIID;KA;;;BA)(A;CIID;KA;;;SY)"
    );
}

TEST_CASE("store-acl: an entry that keeps out others with SYSTEM is for a person", "[fix]") {
    const auto finding = complaint("STORE.ACL", "denied");
    for (const auto* denial :
         {"(D;;KA;;;WD)", "(D;;0x6;;;WD)", "(D;;GA;;;AU)", "(D;;0x2;;;BA)", "(D;CI;0x4;;;WD)"}) {
        INFO(denial);
        CHECK(
            refusal_of("store-acl", store_denied(denial), finding) == "fix.refused.denies_others"
        );
    }
    // Whoever is not SYSTEM in an access check denies it nothing.
    CHECK(refusal_of("store-acl", store_denied("(D;;KA;;;BU)(D;;0x6;;;SY)"), finding) == "changes");
}

TEST_CASE("store-acl: a store that may have been closed on purpose stays closed", "[fix]") {
    const auto finding = complaint("STORE.ACL", "denied");
    const auto refused = [&](const Facts& facts) {
        return refusal_of("store-acl", facts, finding);
    };
    auto facts = store_denied();
    pin_ca_certificate(facts);
    CHECK(refused(facts) == "fix.refused.other_case");
    facts = store_denied();
    facts.rdp_certificate.value->template_name = "RDP";
    CHECK(refused(facts) == "fix.refused.other_case");
    facts = store_denied();
    facts.rdp_certificate.value->wmi_hash_type = 2;
    CHECK(refused(facts) == "fix.refused.other_case");
    facts = store_denied();
    guest(facts).peer_thumbprint = other_thumbprint;
    CHECK(refused(facts) == "fix.refused.other_case");
    facts = store_denied();
    facts.rdp_certificate.value->store.clear();
    CHECK(refused(facts) == "fix.refused.other_case"); // another certificate is served
    fail_handshake(facts, "tls", "reset");
    CHECK(refused(facts) == "changes");
    for (const auto* pointer : {"/cert/pin", "/cert/template"}) {
        INFO(pointer);
        facts = store_denied();
        mark_unread(facts, pointer);
        CHECK(
            done_for("store-acl", facts, "STORE.ACL.denied") ==
            "fix.refused.unread fact=" + std::string(pointer)
        );
    }
    for (const bool read : {false, true}) {
        facts = store_denied();
        facts.rdp_certificate.value->store_sddl.pop_back();
        if (!read) facts.rdp_certificate.value.reset();
        CHECK(
            done_for("store-acl", facts, "STORE.ACL.denied") ==
            "fix.refused.unread fact=/cert/store_sddl"
        );
    }
    // The denial is not all that stands against it.
    facts = store_denied();
    facts.rdp_certificate.value->store_sddl[1] = "O:SYD:AI(D;;0x6;;;SY)(D;CIID;0x6;;;SY)";
    CHECK(refused(facts) == "fix.refused.rights_unclear");
    CHECK(
        refusal_of(
            "store-acl", store_denied(), complaint("STORE.ACL", "denied", Verdict::at_risk)
        ) == "fix.refused.other_case"
    );
}

TEST_CASE("account: only from one that has no password", "[fix]") {
    auto facts = healthy_facts();
    const auto finding = complaint("SVC.ACCOUNT", "other");
    for (const std::string sid : {"S-1-5-18", "S-1-5-19", "S-1-5-80-1-2-3-4-5"}) {
        service(facts, "TermService").account_sid = sid;
        const auto made = changes_of("account", facts, finding);
        REQUIRE(made.size() == 1);
        CHECK(
            made[0] ==
            Change{Change::Kind::account, "TermService", "", "account:" + sid, "account:S-1-5-20"}
        );
    }
    auto& term = service(facts, "TermService");
    term.state = ServiceState::stopped;
    auto made = changes_of("account", facts, finding);
    REQUIRE(made.size() == 2);
    CHECK(made[1] == Change{Change::Kind::run, "TermService", "", "stopped", "running"});
    term.start = 4;
    made = changes_of("account", facts, finding);
    REQUIRE(made.size() == 3);
    CHECK(made[1] == Change{Change::Kind::start, "TermService", "", "start:4", "start:3"});
    const std::string unread = "fix.refused.unread fact=/svc";
    term.state.reset();
    CHECK(done_for("account", facts, "SVC.ACCOUNT.other") == unread);
    term.state = ServiceState::running;
    term.start.reset();
    CHECK(done_for("account", facts, "SVC.ACCOUNT.other") == unread);
    term.account_sid.clear();
    CHECK(done_for("account", facts, "SVC.ACCOUNT.other") == unread);
    service(facts, "TermService").account_sid = "S-1-5-21-1-2-3-1107";
    CHECK(refusal_of("account", facts, finding) == "fix.refused.password");
    CHECK(
        refusal_of("account", healthy_facts(), complaint("SVC.ACCOUNT", "unread")) ==
        "fix.refused.other_case"
    );
}

TEST_CASE("renew: an empty key file, and a store without a certificate", "[fix]") {
    auto facts = healthy_facts();
    own_certificate(facts).blob = "blob";
    rdp_key(facts).size = 0;
    const auto broken_key = complaint("KEY.PRESENT", "unusable");
    auto made = changes_of("renew", facts, broken_key);
    REQUIRE_FALSE(made.empty());
    CHECK(made[0].before == "certificate:" + std::string(own_thumbprint) + ":0:626c6f62");
    rdp_key(facts).size = 2325;
    CHECK(refusal_of("renew", facts, broken_key) == "changes"); // it says so itself
    const auto duplicate = complaint("CERT.CORRUPT", "several", Verdict::at_risk);
    CHECK(refusal_of("renew", facts, duplicate) == "fix.refused.other_case");
    rdp_key(facts).size = 0;
    CHECK(refusal_of("renew", facts, duplicate) == "fix.refused.other_case");
    rdp_key(facts).size = 2325;

    facts.rdp_certificate.value->store.clear();
    facts.rdp_certificate.value->self_signed.reset();
    service(facts, "SessionEnv").state = ServiceState::stopped;
    const auto empty = complaint("CERT.CORRUPT", "empty");
    made = changes_of("renew", facts, empty);
    REQUIRE(made.size() == 2);
    CHECK(
        made[0] ==
        Change{
            Change::Kind::certificate,
            "none",
            std::string(rdp_key_name),
            "certificate:none:2325:",
            "renewed"}
    );
    // After the certificate: it would make one before the key was put aside.
    CHECK(made[1] == Change{Change::Kind::run, "SessionEnv", "", "stopped", "running"});
    facts.machine_keys.value->files.clear();
    CHECK(changes_of("renew", facts, empty)[0].before == "certificate:none:none:");
    mark_unread(facts, "/cert/store");
    CHECK(refusal_of("renew", facts, empty) == "fix.refused.other_case");
}
