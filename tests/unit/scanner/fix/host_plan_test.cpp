// The fixes of one host in steps: which comes first, which comes along, and what is said of the
// rest.
#include "scanner/fix/host_plan.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

using Names = std::vector<std::string>;

Finding finding(std::string rule, std::string variant, Cause cause, Verdict verdict) {
    Finding made;
    made.summary.key = rule + "." + std::move(variant);
    made.rule = std::move(rule);
    made.cause = cause;
    made.verdict = verdict;
    made.severity = Severity::critical;
    return made;
}

Finding broken(std::string rule, std::string variant, Cause cause) {
    return finding(std::move(rule), std::move(variant), cause, Verdict::broken);
}

const auto orphan = broken("KEY.PRESENT", "orphan", Cause::machine_keys);
const auto expired = broken("CERT.SELF.VALID", "expired", Cause::rdp_certificate);
const auto denied = broken("KEY.ACL", "denied", Cause::machine_keys);
const auto stopped = [] {
    auto made = broken("SVC.STATE", "stopped", Cause::services);
    made.summary.arguments = {{"service", "TermService"}};
    return made;
}();
const auto deaf = broken("HANDSHAKE", "reset", Cause::unexplained);
const auto overgrant = broken("KEY.OVERGRANT", "wide", Cause::machine_keys);
const auto held = broken("PORT.OWNER", "foreign", Cause::rdp_port);

// Windows Server 2016: an administrator may read the rights of the key file.
Facts sick_facts() {
    auto facts = healthy_facts(14393);
    facts.rdp_certificate.value->store.front().blob = "blob";
    auto& term = service(facts, "TermService");
    term.state = ServiceState::stopped;
    term.pid = 0;
    rdp_key(facts).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)";
    return facts;
}

HostPlan plan_of(const std::vector<Finding>& findings, Names named = {}) {
    PlanWishes wishes;
    wishes.fixes = std::move(named);
    return plan_host(sick_facts(), findings, wishes);
}

std::vector<Names> fixes_of(const HostPlan& plan) {
    std::vector<Names> all;
    for (const auto& step : plan.steps)
        all.push_back(step.fixes);
    return all;
}

// "RULE: key", for each.
Names left_of(const HostPlan& plan) {
    Names all;
    for (const auto& left : plan.left)
        all.push_back(left.rule + ": " + left.why.key);
    return all;
}

} // namespace

TEST_CASE("host plan: what another cause hides is cured after it, in the same plan", "[fix]") {
    const auto plan = plan_of({orphan, stopped, deaf});
    CHECK(fixes_of(plan) == std::vector<Names>{{"services"}, {"renew"}});
    CHECK(left_of(plan).empty());
    REQUIRE(plan.steps.size() == 2);
    CHECK(plan.steps[0].rules == Names{"SVC.STATE"});
    CHECK(plan.steps[1].rules == Names{"KEY.PRESENT"});
    REQUIRE(plan.steps[0].changes.size() == 1);
    CHECK(plan.steps[0].changes[0].place == "TermService");
    CHECK(plan.steps[1].changes.front().kind == Change::Kind::certificate);
    CHECK(fixes_of(plan_of({expired, denied})) == std::vector<Names>{{"key-acl"}, {"renew"}});
}

TEST_CASE("host plan: all that has to come first is in the steps before", "[fix]") {
    const auto plan = plan_of({expired, denied, stopped});
    REQUIRE(plan.steps.size() == 2);
    CHECK(plan.steps[0].fixes.size() == 2);
    CHECK(plan.steps[1].fixes == Names{"renew"});
    CHECK(plan.steps[0].restart == Restart::if_still_failing);
}

TEST_CASE("host plan: fixes of one step need no order", "[fix]") {
    const auto plan = plan_of({denied, stopped});
    CHECK(fixes_of(plan) == std::vector<Names>{{"key-acl", "services"}});
}

TEST_CASE("host plan: a fix that was not named does not come along", "[fix]") {
    const auto plan = plan_of({expired, denied}, {"renew"});
    CHECK(plan.steps.empty());
    CHECK(
        left_of(plan) ==
        Names{"CERT.SELF.VALID: fix.refused.first", "KEY.ACL: fix.refused.not_asked"}
    );
    CHECK(
        fixes_of(plan_of({expired, denied}, {"renew", "key-acl"})) ==
        std::vector<Names>{{"key-acl"}, {"renew"}}
    );
}

TEST_CASE("host plan: what is refused hinders what would come after it", "[fix]") {
    auto facts = sick_facts();
    service(facts, "TermService").account_sid = "S-1-5-18";
    const auto plan = plan_host(facts, std::vector{orphan, stopped}, PlanWishes());
    CHECK(plan.steps.empty());
    CHECK(
        left_of(plan) ==
        Names{"KEY.PRESENT: fix.refused.first", "SVC.STATE: fix.refused.other_case"}
    );
}

TEST_CASE("host plan: every cause that is not cured is told, with why", "[fix]") {
    const auto plan = plan_of({held, overgrant, stopped, deaf});
    CHECK(fixes_of(plan) == std::vector<Names>{{"services"}});
    REQUIRE(plan.left.size() == 2);
    CHECK(plan.left[0].rule == "PORT.OWNER");
    CHECK(plan.left[1].rule == "KEY.OVERGRANT");
    CHECK(plan.left[1].why == Message{"fix.refused.no_fix", {{"rule", "KEY.OVERGRANT"}}});
    // A handshake that fails for a known reason is told by that reason; else it is all there is.
    CHECK(left_of(plan_of({deaf})) == Names{"HANDSHAKE: fix.refused.no_fix"});
    auto event = broken("EVT.SCHANNEL", "key", Cause::machine_keys);
    event.confidence = Confidence::circumstantial;
    CHECK(left_of(plan_of({overgrant, event})) == Names{"KEY.OVERGRANT: fix.refused.no_fix"});
    CHECK(
        left_of(plan_of({event, deaf})) ==
        Names{"EVT.SCHANNEL: fix.refused.no_fix", "HANDSHAKE: fix.refused.no_fix"}
    );
    const auto shut = broken("RDP.DENIED", "local", Cause::rdp_port);
    const auto by_name = plan_of({shut});
    REQUIRE(by_name.left.size() == 1);
    CHECK(by_name.left[0].why == Message{"fix.refused.not_asked", {{"fix", "allow-rdp"}}});
    const auto risk = finding("KEY.OVERGRANT", "wide", Cause::machine_keys, Verdict::at_risk);
    CHECK(plan_of({risk}).left.empty());
}
