// What all rules share: defaults of severity, bounds of evidence, clocks, and small words.
#include "probes/reading/rule_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

RuleTraits traits_of(Severity worst) {
    return {"A.RULE", Cause::services, "1", worst};
}

Clocks clocks(std::int64_t vm, std::int64_t received, std::chrono::seconds skew) {
    auto facts = healthy_facts();
    facts.collector.value->utc = vm;
    facts.received_at = received;
    Policy policy;
    policy.clock_skew = std::chrono::duration_cast<decltype(policy.clock_skew)>(skew);
    return clocks_of(facts, policy, 777);
}

} // namespace

TEST_CASE("draft: how grave a finding is before anybody says otherwise", "[rules]") {
    struct Row {
        Severity worst, broken, at_risk;
    };

    for (const auto& row :
         {Row{Severity::critical, Severity::critical, Severity::high},
          Row{Severity::high, Severity::high, Severity::high},
          Row{Severity::medium, Severity::medium, Severity::medium},
          Row{Severity::low, Severity::low, Severity::low}}) {
        const auto traits = traits_of(row.worst);
        CHECK(Finding(broken(traits, "x")).severity == row.broken);
        CHECK(Finding(unknown(traits, "x")).severity == row.broken);
        CHECK(Finding(at_risk(traits, "x")).severity == row.at_risk);
        CHECK(Finding(ok(traits)).severity == Severity::low);
        CHECK(Finding(not_applicable(traits, "x")).severity == Severity::low);
    }
}

TEST_CASE("draft: rule, cause, step and key", "[rules]") {
    const Finding own = broken(traits_of(Severity::high), "gone").with("a", "1").with("a", "2");
    CHECK(own.rule == "A.RULE");
    CHECK(own.cause == Cause::services);
    CHECK(own.article_step == "1");
    CHECK(own.verdict == Verdict::broken);
    CHECK(own.summary.key == "A.RULE.gone");
    CHECK(own.summary.arguments == std::map<std::string, std::string>{{"a", "2"}});
    CHECK(Finding(unknown(traits_of(Severity::low), "rule.unread")).summary.key == "rule.unread");
    CHECK(Finding(ok(traits_of(Severity::low))).summary.key == "A.RULE.ok");
    const Finding changed = broken(traits_of(Severity::high), "x")
                                .severity(Severity::low)
                                .confidence(Confidence::functional)
                                .cause(Cause::rdp_port);
    CHECK(changed.severity == Severity::low);
    CHECK(changed.confidence == Confidence::functional);
    CHECK(changed.cause == Cause::rdp_port);
}

TEST_CASE("draft: a VM may claim anything, and 24 pieces of 600 bytes are kept", "[rules]") {
    auto draft = broken(traits_of(Severity::high), "x");
    draft.with("long", std::string(601, 'a')).with("fits", std::string(600, 'a'));
    for (int i = 0; i < 30; ++i)
        draft.saw("/svc/" + std::to_string(i), std::string(600, 'b'), std::string(601, 'c'));
    const Finding finding = draft;
    CHECK(finding.summary.arguments.at("long") == std::string(600, 'a') + "...");
    CHECK(finding.summary.arguments.at("fits") == std::string(600, 'a'));
    REQUIRE(finding.evidence.size() == 24);
    CHECK(finding.evidence.back().fact == "/svc/23");
    CHECK(finding.evidence[0].observed == std::string(600, 'b'));
    CHECK(finding.evidence[0].expected == std::string(600, 'c') + "...");
}

TEST_CASE("unread: the reason comes from the host, else from the error, else there is none") {
    auto facts = healthy_facts();
    const auto traits = traits_of(Severity::medium);
    const auto why = [&](const std::optional<Error>& error) {
        const Finding finding = unread(traits, facts, "/svc", error);
        CHECK(finding.summary.key == "rule.unread");
        CHECK(finding.verdict == Verdict::unknown);
        CHECK(finding.summary.arguments.at("what") == "/svc");
        REQUIRE(finding.evidence.size() == 1);
        CHECK(finding.evidence[0].fact == "/svc");
        CHECK(finding.evidence[0].observed == finding.summary.arguments.at("why"));
        CHECK(finding.evidence[0].expected == "readable");
        return finding.summary.arguments.at("why");
    };
    CHECK(why({}) == "not collected");
    CHECK(why(Error(Phase::run, Errc::timed_out, "too slow")) == "too slow");
    facts.unread.push_back({"/svc", "denied", ""});
    CHECK(why(Error(Phase::run, Errc::timed_out, "too slow")) == "denied");
    facts.unread.front().code = "0x5";
    CHECK(why({}) == "denied (0x5)");
}

TEST_CASE("missing: a group that was not seen, or a place in it", "[rules]") {
    auto facts = healthy_facts();
    const auto traits = traits_of(Severity::medium);
    CHECK_FALSE(missing(traits, facts, facts.services, "/svc"));
    mark_unread(facts, "/svc");
    CHECK(missing(traits, facts, facts.services, "/svc"));
    CHECK_FALSE(missing(traits, facts, facts.rdp_port, "/listener"));
    facts.rdp_port.value.reset();
    CHECK(missing(traits, facts, facts.rdp_port, "/listener"));
}

TEST_CASE("clocks: ours, the VM's, and how far they may be apart", "[rules]") {
    const auto skew = std::chrono::seconds(300);
    CHECK(clocks(5000, 4000, skew).vm == 5000);
    CHECK(clocks(5000, 4000, skew).ours == 4000);
    CHECK(clocks(0, 4000, skew).vm == 4000);
    CHECK(clocks(5000, 0, skew).ours == 777);
    CHECK_FALSE(clocks(4300, 4000, skew).skewed);
    CHECK(clocks(4301, 4000, skew).skewed);
    CHECK_FALSE(clocks(3700, 4000, skew).skewed);
    CHECK(clocks(3699, 4000, skew).skewed);
    auto facts = healthy_facts();
    facts.collector.value.reset();
    CHECK(clocks_of(facts, Policy(), 1).vm == facts.received_at);
}

TEST_CASE("words: numbers and places as evidence shows them", "[rules]") {
    CHECK(text(Dword()) == "absent");
    CHECK(text(Dword(0)) == "0");
    CHECK(text(Dword(4294967295u)) == "4294967295");
    CHECK(hex(0) == "0x0");
    CHECK(hex(0x120089) == "0x120089");
    CHECK(hex(0xffffffff) == "0xffffffff");
    CHECK(pointer_at("/svc", 3, "start") == "/svc/3/start");
    CHECK(pointer_at("/svc", 0, "") == "/svc/0");
    auto facts = healthy_facts();
    CHECK(build_of(facts) == 17763u);
    facts.os.value->build = 0;
    CHECK(build_of(facts) == std::nullopt);
    facts.os.value.reset();
    CHECK(build_of(facts) == std::nullopt);
    CHECK(has_rdp_server(facts)); // what is not known to be without one has one
    facts = healthy_facts();
    facts.os.value->install_type = "nano server";
    CHECK_FALSE(has_rdp_server(facts));
    facts.os.value->install_type = "Server";
    facts.os.value->winpe = true;
    CHECK_FALSE(has_rdp_server(facts));
}
