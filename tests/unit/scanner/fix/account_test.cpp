// The account of a plan: of 40 broken hosts each is planned for, left out, or without a fix.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/fix/account.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/stored_hosts.hpp"

#include <nlohmann/json.hpp>

#include <functional>

using namespace rdpsweep;
using nlohmann::json;
using rdpsweep::test::StoredHosts;

namespace {

constexpr std::int64_t now = 1'790'000'000;

Finding broken(std::string rule, Cause cause) {
    Finding finding;
    finding.summary.key = rule + ".x";
    finding.rule = std::move(rule);
    finding.cause = cause;
    finding.verdict = Verdict::broken;
    finding.severity = Severity::critical;
    return finding;
}

// A VM that is broken by these; TLS 1.2 is switched off on it.
HostResult host(std::size_t index, std::vector<Finding> findings) {
    const json facts{
        {"schema", "facts/1"},
        {"collector", {{"ver", "1"}, {"path", "ps"}, {"lang_mode", "FullLanguage"}}},
        {"os",
         {{"build", 17763},
          {"machine_guid", "guid-" + std::to_string(index)},
          {"product_type", 3}}},
        {"tls", {{"proto", {{"TLS 1.2", {{"server", {{"e", 0}, {"te", 4}}}}}}}}}};
    HostResult made;
    made.index = index;
    made.target.id = "id-" + std::to_string(index);
    made.target.name = "vm"; // names may be alike
    made.outcome = Outcome::assessed;
    made.verdict = Verdict::broken;
    made.facts_json = facts.dump();
    made.finished = now - 60;
    made.findings = std::move(findings);
    return made;
}

// 40 broken VMs, of which 8 have nothing that a fix cures, and others beside them.
std::vector<HostResult> fleet() {
    const auto tls = broken("TLS.PROTO", Cause::tls_protocols);
    const auto deaf = broken("HANDSHAKE", Cause::unexplained);
    std::vector<HostResult> all;
    for (std::size_t i = 0; i < 28; ++i)
        all.push_back(host(i, {tls, deaf}));
    for (std::size_t i = 28; i < 31; ++i)
        all.push_back(host(i, {deaf})); // unexplained
    for (std::size_t i = 31; i < 35; ++i)
        all.push_back(host(i, {broken("KEY.OVERGRANT", Cause::machine_keys), deaf}));
    all.push_back(host(35, {}));                                      // no finding
    all.push_back(host(36, {broken("RDP.DENIED", Cause::rdp_port)})); // by name only
    all.push_back(host(37, {broken("RDP.DENIED", Cause::rdp_port)}));
    all.push_back(host(38, {tls}));
    all.back().finished = now - 3'600; // stale
    all.push_back(host(39, {tls}));
    all.back().facts_json = "nonsense";
    all.push_back(host(40, {tls}));
    all.back().outcome = Outcome::skipped; // by --select
    all.push_back(host(41, {}));
    all.back().verdict = Verdict::ok;
    all.push_back(host(42, {}));
    all.back().outcome = Outcome::unreachable;
    return all;
}

Result<Plan> plan_of(std::vector<HostResult> all) {
    PlanWishes wishes;
    wishes.batches = *parse_batches(usual_batches);
    wishes.max_percent = 100;
    RunInfo run;
    run.id = "run";
    run.targets = all.size();
    StoredHosts hosts(std::move(all));
    return make_plan(run, hosts, wishes, now);
}

std::size_t told(const Plan& plan, std::string_view key) {
    std::size_t count = 0;
    for (const auto& skip : plan.skipped)
        count += skip.why.key == key ? 1 : 0;
    return count;
}

std::string signed_again(json document) {
    document.erase("digest");
    document["digest"] = sha256_hex(dump_json(document));
    return dump_json(document);
}

} // namespace

TEST_CASE("account: of 40 broken hosts none vanishes from the plan", "[fix]") {
    const auto plan = plan_of(fleet());
    REQUIRE(plan);
    REQUIRE(plan->account);
    CHECK(*plan->account == PlanAccount{40, 28, 5, 7});
    CHECK(told(*plan, "fix.refused.no_fix") == 7);
    CHECK(told(*plan, "fix.refused.no_finding") == 1);
    CHECK(told(*plan, "fix.refused.not_asked") == 2);
    CHECK(told(*plan, "fix.refused.stale") == 1);
    CHECK(told(*plan, "fix.refused.unread") == 1);
    CHECK(plan->skipped.size() == 12);
    const auto text = show_plan(*plan, [](const Message& message) { return message.key; }).str();
    CHECK(
        text.find("40 broken hosts = 28 planned + 5 left out + 7 without a fix\n") !=
        std::string::npos
    );
}

TEST_CASE("account: it is in the plan's file, and has to add up there as well", "[fix]") {
    const auto plan = plan_of(fleet());
    REQUIRE(plan);
    auto document = json::parse(plan_text(*plan));
    CHECK(
        document["account"] ==
        json({{"broken", 40}, {"planned", 28}, {"left_out", 5}, {"no_fix", 7}})
    );
    const auto back = read_plan(signed_again(document));
    REQUIRE(back);
    CHECK(back->account == plan->account);
    CHECK(back->skipped.front().id == plan->skipped.front().id);
    document["account"]["no_fix"] = 6;
    const auto short_of_one = read_plan(signed_again(document));
    REQUIRE_FALSE(short_of_one);
    CHECK(short_of_one.error().detail().find("do not add up") != std::string_view::npos);
    document.erase("account"); // of an older version
    const auto older = read_plan(signed_again(document));
    REQUIRE(older);
    CHECK_FALSE(older->account);
}

TEST_CASE("account: a broken host that is in no list is an error, and makes no plan", "[fix]") {
    auto plan = plan_of(fleet());
    REQUIRE(plan);
    std::vector<std::string> broken;
    for (std::size_t i = 0; i < 40; ++i)
        broken.push_back("id-" + std::to_string(i));
    CHECK(settle_account(*plan, broken));
    plan->skipped.erase(plan->skipped.begin());
    const auto lost = settle_account(*plan, broken);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().phase() == Phase::internal);
    CHECK(lost.error().code() == Errc::bug);
}
