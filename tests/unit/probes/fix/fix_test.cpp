// The table of fixes, and the refusals that hold for all. What each comes to on a machine is shown
// by PowerShell's own engine (powershell_changes).
#include "core/encoding.hpp"
#include "probes/fix/change_script.hpp"
#include "probes/fix/fix.hpp"
#include "probes/rule.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

#include <algorithm>
#include <set>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

Facts off_by_value() {
    Facts facts;
    facts.os.value.emplace();
    facts.os.value->build = 17763;
    facts.os.value->domain_role = 3;
    facts.schannel.value.emplace();
    facts.schannel.value->protocols["TLS 1.2"].server.enabled = 0;
    return facts;
}

Finding complaint(std::string rule, Verdict verdict = Verdict::broken) {
    Finding finding;
    finding.rule = std::move(rule);
    finding.verdict = verdict;
    return finding;
}

std::string refusal(const Facts& facts, const std::vector<Finding>& findings) {
    const auto prepared = prepare(*find_fix("tls12"), facts, findings);
    const auto* refused = std::get_if<Refusal>(&prepared);
    return refused == nullptr ? "" : refused->key;
}

} // namespace

TEST_CASE("fixes: each has a rule, a declaration and its sentences", "[fix]") {
    std::set<std::string_view> ids, rules;
    for (const auto& fix : all_fixes()) {
        INFO(fix.id);
        CHECK(ids.insert(fix.id).second);
        CHECK_FALSE(fix.rules.empty());
        CHECK_FALSE(fix.declared.empty());
        const auto known = all_rules();
        const auto is_known = [&](std::string_view id) {
            return std::any_of(known.begin(), known.end(), [&](const Rule& rule) {
                return rule.id == id;
            });
        };
        for (const auto rule : fix.rules) {
            CHECK(rules.insert(rule).second);
            CHECK(fix_of(rule)->id == fix.id);
            CHECK(is_known(rule));
        }
        for (const auto entry : fix.first) // "KEY.ACL" or "KEY.FOLDER.*"
            CHECK(is_known(entry.substr(0, entry.find(".*"))));
        CHECK((fix.settled_by.empty() || is_known(fix.settled_by)));
        for (const auto* part : {".does", ".never"})
            CHECK(catalogue().count("fix." + std::string(fix.id) + part) == 1);
    }
    CHECK(find_fix("no such") == nullptr);
    CHECK(fix_of("HANDSHAKE") == nullptr);
}

TEST_CASE("fixes: of several complaints one that has a cure is enough", "[fix]") {
    Facts facts = healthy_facts();
    own_certificate(facts).blob = "blob";
    const auto of = [](const char* rule, const char* key, Verdict verdict) {
        auto finding = complaint(rule, verdict);
        finding.summary.key = key;
        return finding;
    };
    const auto several = of("CERT.CORRUPT", "CERT.CORRUPT.several", Verdict::at_risk);
    const auto expired = of("CERT.SELF.VALID", "CERT.SELF.VALID.expired", Verdict::broken);
    const auto acl = of("KEY.ACL", "KEY.ACL.missing", Verdict::broken);
    const auto& renew = *find_fix("renew");
    const auto what = [&](const std::vector<Finding>& findings) {
        const auto prepared = prepare(renew, facts, findings);
        const auto* refused = std::get_if<Refusal>(&prepared);
        return refused == nullptr ? std::string("changes") : refused->key;
    };
    CHECK(what({several}) == "fix.refused.other_case");
    CHECK(what({several, expired}) == "changes");
    CHECK(what({expired, several}) == "changes");
    // The rights come first: the key file is moved as it is, and put back as it was.
    CHECK(what({expired, acl}) == "fix.refused.first");
    facts.rdp_certificate.value->pin = std::string(40, 'a');
    CHECK(what({expired}) == "fix.refused.other_case");
}

TEST_CASE("fixes: a plan is one of changes, or of a refusal that says why", "[fix]") {
    const auto facts = off_by_value();
    const auto prepared = prepare(*find_fix("tls12"), facts, std::vector{complaint("TLS.PROTO")});
    const auto* changes = std::get_if<std::vector<Change>>(&prepared);
    REQUIRE(changes != nullptr);
    REQUIRE(changes->size() == 1);
    CHECK(changes->front().before == "dword:0");
    CHECK(changes->front().after == "dword:1");
    CHECK(covers(*find_fix("tls12"), resource_of(changes->front())));
}

TEST_CASE("fixes: a VM that was read from its disk is not changed", "[fix]") {
    auto facts = off_by_value();
    facts.collector.value = CollectorFacts{};
    facts.collector.value->path = "offline";
    CHECK(refusal(facts, {complaint("TLS.PROTO")}) == "fix.refused.offline");
    CHECK(refusal(facts, {}) == "fix.refused.not_needed");
}

TEST_CASE("fixes: what is well, not to be read, or a domain controller is refused", "[fix]") {
    auto facts = off_by_value();
    CHECK(refusal(facts, {}) == "fix.refused.not_needed");
    CHECK(refusal(facts, {complaint("TLS.PROTO", Verdict::unknown)}) == "fix.refused.not_needed");
    facts.os.value->build = 7601;
    CHECK(refusal(facts, {complaint("TLS.PROTO")}) == "fix.refused.needs_update");
    facts.os.value->build = 17763;
    facts.schannel.value->protocols["TLS 1.2"].server.enabled.reset();
    facts.schannel.value->protocols["TLS 1.2"].server.enabled_type = 1;
    CHECK(refusal(facts, {complaint("TLS.PROTO")}) == "fix.refused.wrong_type");
    facts.os.value->domain_role = 5;
    CHECK(refusal(facts, {complaint("TLS.PROTO")}) == "fix.refused.controller");
}

TEST_CASE("fixes: a file's name from a host leads nowhere else", "[fix]") {
    Facts facts = off_by_value();
    facts.os.value->build = 14393;
    facts.machine_keys.value.emplace();
    auto& keys = *facts.machine_keys.value;
    for (const std::string evil :
         {R"(..\..\Windows\System32\config\SAM)", "a|b", "a\nvalue|x|y|z|w"}) {
        keys.expected = evil;
        keys.files = {{evil, 100, "O:SYD:PAI(A;;FA;;;SY)"}};
        const auto prepared =
            prepare(*find_fix("key-acl"), facts, std::vector{complaint("KEY.ACL")});
        CHECK(std::holds_alternative<Refusal>(prepared));
    }
}

TEST_CASE("change script: its arguments and its answer", "[fix]") {
    const std::vector<Change> changes{{Change::Kind::value, "A", "B", "absent", "dword:1"}};
    CHECK(
        change_arguments(ChangeMode::apply, changes) ==
        R"({"mode":"apply","changes":")" + base64_encode("value|A|B|absent|dword:1\n") + R"("})"
    );
    const auto row = [](const std::string& did) {
        return R"({"found":"YWJzZW50","did":")" + did + R"(","now":"ZHdvcmQ6MQ==","why":""})";
    };
    const auto answer = [](const std::string& rows) {
        return R"({"schema":"changes/1","mode":"apply","changes":[)" + rows + "]}";
    };
    const auto read = read_changes(answer(row("written")), 1);
    REQUIRE(read);
    CHECK(read->front().found == "absent");
    CHECK(read->front().now == "dword:1");
    CHECK(read->front().did == ChangeResult::Did::written);
    CHECK_FALSE(read_changes(answer(row("written")), 2));
    CHECK_FALSE(read_changes(answer(row("conquered")), 1));
    CHECK_FALSE(read_changes(answer("{}"), 1));
    CHECK_FALSE(read_changes(answer("7"), 1));
    CHECK_FALSE(read_changes("[]", 0));
    CHECK_FALSE(read_changes(R"({"schema":"facts/1"})", 0));
    CHECK_FALSE(read_changes("", 0));
}
