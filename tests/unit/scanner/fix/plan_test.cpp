// A plan made from a run's hosts: what is in it, what is left out and why, and its way through a
// file.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/fix/plan_step.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/stored_hosts.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using nlohmann::json;
using rdpsweep::test::StoredHosts;

namespace {

constexpr std::int64_t now = 1'790'000'000;

// A VM on which TLS 1.2 is switched off, and SecurityLayer is 0.
HostResult sick(std::size_t index, std::uint32_t build = 17763) {
    const json facts{
        {"schema", "facts/1"},
        {"collector", {{"ver", "1"}, {"path", "ps"}, {"lang_mode", "FullLanguage"}}},
        {"os",
         {{"build", build},
          {"product_type", 3},
          {"machine_guid", "guid-" + std::to_string(index)}}},
        {"sec", {{"layer", 0}, {"nla", 1}, {"minenc", 2}, {"policy", json::object()}}},
        {"tls", {{"proto", {{"TLS 1.2", {{"server", {{"e", 0}, {"te", 4}}}}}}}}}};
    HostResult host;
    host.index = index;
    host.target.id = host.target.name = "vm-" + std::to_string(index);
    host.outcome = Outcome::assessed;
    host.facts_json = facts.dump();
    host.finished = now - 60;
    for (const auto* rule : {"TLS.PROTO", "SEC.LAYER"}) {
        Finding finding;
        finding.rule = rule;
        finding.verdict = Verdict::broken;
        finding.summary.key = std::string(rule) + ".none";
        host.findings.push_back(std::move(finding));
    }
    host.findings.back().verdict = Verdict::at_risk;
    return host;
}

RunInfo run_of(std::size_t targets) {
    RunInfo run;
    run.id = "run";
    run.targets = targets;
    return run;
}

PlanWishes wishes() {
    PlanWishes wishes;
    wishes.batches = *parse_batches(usual_batches);
    wishes.max_percent = 100;
    return wishes;
}

Plan plan_of(std::vector<HostResult> all, const PlanWishes& wanted = wishes()) {
    const auto count = all.size();
    StoredHosts hosts(std::move(all));
    auto plan = make_plan(run_of(count), hosts, wanted, now);
    REQUIRE(plan);
    return *std::move(plan);
}

std::string signed_again(json document) {
    document.erase("digest");
    document["digest"] = sha256_hex(dump_json(document));
    return dump_json(document);
}

} // namespace

TEST_CASE("plan: broken findings are planned for, others when asked for by name", "[fix]") {
    const auto plan = plan_of({sick(0)});
    REQUIRE(plan.hosts.size() == 1);
    CHECK(plan.hosts[0].fixes == std::vector<std::string>{"tls12"});
    CHECK(plan.hosts[0].machine_guid == "guid-0");
    CHECK(plan.hosts[0].restart == Restart::needed);
    auto named = wishes();
    named.fixes = {"nla"};
    const auto other = plan_of({sick(0)}, named);
    REQUIRE(other.hosts.size() == 1);
    CHECK(other.hosts[0].fixes == named.fixes);
    CHECK(other.hosts[0].changes.front().after == "dword:2");
}

TEST_CASE("plan: stale facts, another Windows or none, and hosts that were not seen", "[fix]") {
    auto stale = sick(0), nameless = sick(1), unseen = sick(2), old = sick(3, 7601);
    stale.finished = now - 16 * 60;
    auto facts = json::parse(nameless.facts_json);
    facts["os"].erase("machine_guid");
    nameless.facts_json = facts.dump();
    unseen.outcome = Outcome::unreachable;
    const auto plan = plan_of({stale, nameless, unseen, old});
    CHECK(plan.hosts.empty());
    REQUIRE(plan.skipped.size() == 3);
    CHECK(plan.skipped[0].why.key == "fix.refused.stale");
    CHECK(plan.skipped[1].why.key == "fix.refused.unread");
    CHECK(plan.skipped[2].why.key == "fix.refused.needs_update");
}

TEST_CASE("plan: nothing is planned for a host that was read from its disk", "[fix][disk]") {
    auto dead = sick(0), alive = sick(1);
    Attempt failed, read;
    failed.transport = "winrm";
    failed.error = Error(Phase::connect, Errc::timed_out, "silence");
    read.transport = "disk";
    dead.attempts = {failed, read};
    read.error = Error(Phase::open, Errc::not_found, "no image");
    failed.error.reset();
    alive.attempts = {read, failed};
    const auto plan = plan_of({dead, alive});
    REQUIRE(plan.hosts.size() == 1);
    CHECK(plan.hosts[0].name == "vm-1");
    REQUIRE(plan.skipped.size() == 1);
    CHECK(plan.skipped[0].why.key == "fix.refused.from_disk");
}

TEST_CASE("plan: what is stamped with a time to come is not fresh", "[fix]") {
    auto ahead = sick(0), close = sick(1);
    ahead.finished = now + 61;
    close.finished = now + 60; // clocks are set now and then
    const auto plan = plan_of({ahead, close});
    REQUIRE(plan.hosts.size() == 1);
    CHECK(plan.hosts[0].name == "vm-1");
    REQUIRE(plan.skipped.size() == 1);
    CHECK(plan.skipped[0].why.key == "fix.refused.future");
    CHECK(plan.skipped[0].why.arguments.at("time") == to_iso8601(now + 61));
    StoredHosts hosts({close});
    auto run = run_of(1);
    run.started = now - 100;
    run.finished = now + 61;
    const auto refused = make_plan(run, hosts, wishes(), now);
    REQUIRE_FALSE(refused);
    CHECK(
        refused.error().detail() ==
        "the run is stamped " + to_iso8601(now + 61) + ", and here it is " + to_iso8601(now)
    );
    run.finished = now + 60;
    CHECK(make_plan(run, hosts, wishes(), now));
}

TEST_CASE("plan: hosts that answer as one Windows are left out, sick or not", "[fix]") {
    auto twin = sick(1), well = sick(3), clone = sick(2);
    auto facts = json::parse(twin.facts_json);
    facts["os"]["machine_guid"] = "GUID-0"; // as of vm-0
    twin.facts_json = facts.dump();
    facts = json::parse(well.facts_json);
    facts["os"]["machine_guid"] = "guid-2";
    well.facts_json = facts.dump();
    well.findings.clear();
    well.verdict = Verdict::ok;
    const auto plan = plan_of({sick(0), twin, clone, well, sick(4)});
    REQUIRE(plan.hosts.size() == 1);
    CHECK(plan.hosts[0].name == "vm-4");
    REQUIRE(plan.skipped.size() == 3);
    const std::vector<std::pair<const char*, const char*>> expected{
        {"vm-0", "vm-1"}, {"vm-1", "vm-0"}, {"vm-2", "vm-3"}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(plan.skipped[i].name == expected[i].first);
        CHECK(plan.skipped[i].why.key == "fix.refused.same_windows");
        CHECK(plan.skipped[i].why.arguments.at("hosts") == expected[i].second);
    }
}

TEST_CASE("plan: no plan is for longer than a week, or from older facts", "[fix]") {
    StoredHosts hosts({sick(0)});
    for (const auto* option : {"--max-age", "--expires"}) {
        auto wanted = wishes();
        auto& time = option == std::string("--max-age") ? wanted.max_age : wanted.life;
        time = std::chrono::hours(168);
        CHECK(make_plan(run_of(1), hosts, wanted, now));
        time += std::chrono::seconds(1);
        const auto refused = make_plan(run_of(1), hosts, wanted, now);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().detail() == std::string(option) + " is more than 7 days (168h)");
    }
}

TEST_CASE("plan: more hosts than allowed make no plan at all", "[fix]") {
    std::vector<HostResult> all;
    for (std::size_t i = 0; i < 60; ++i)
        all.push_back(sick(i));
    StoredHosts hosts(all);
    auto few = wishes();
    const auto refused = make_plan(run_of(60), hosts, few, now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().hint().find("--max-targets") != std::string_view::npos);
    few.max_targets = 60;
    few.max_percent = 5;
    const auto share = make_plan(run_of(1'199), hosts, few, now);
    REQUIRE_FALSE(share);
    CHECK(share.error().hint().find("--max-percent") != std::string_view::npos);
    CHECK(make_plan(run_of(1'200), hosts, few, now));
}

TEST_CASE("plan: it comes back from its file as it was, and not when it was changed", "[fix]") {
    const auto plan = plan_of({sick(0), sick(1, 14393), sick(2)});
    const auto text = plan_text(plan);
    const auto back = read_plan(text);
    REQUIRE(back);
    CHECK(plan_text(*back) == text);
    CHECK(back->hosts[1].changes == plan.hosts[1].changes);
    CHECK(back->batches == plan.batches);
    CHECK(back->made_with == plan.made_with);
    CHECK(back->canaries == 1);
    CHECK(back->batches.size() == 2); // the canary has one of each release
    // Any byte, but for those of numbers and words that come out the same.
    for (std::size_t at = 0; at + 1 < text.size(); at += 7) {
        auto changed = text;
        changed[at] = changed[at] == 'x' ? 'y' : 'x';
        CHECK_FALSE(read_plan(changed));
    }
    CHECK_FALSE(read_plan(""));
    CHECK_FALSE(read_plan("[]"));
    CHECK_FALSE(read_plan(R"({"schema":"rdpsweep.report/1"})"));
}

TEST_CASE("plan: one that was signed again with a host twice or nowhere is none", "[fix]") {
    for (const auto& batches : {json::parse("[[0,0]]"), json::parse("[[1]]"), json::parse("[]")}) {
        auto document = json::parse(plan_text(plan_of({sick(0)})));
        document["batches"] = batches;
        CHECK_FALSE(read_plan(signed_again(document)));
    }
}

TEST_CASE("plan: a human reads every change, escaped", "[fix]") {
    auto evil = sick(0);
    evil.target.name = "vm\x1b[2J";
    auto plan = plan_of({evil});
    const auto text = show_plan(plan, [](const Message& message) { return message.key; }).str();
    CHECK(text.find("TLS 1.2\\Server\\Enabled") != std::string::npos);
    CHECK(text.find("- dword:0") != std::string::npos);
    CHECK(text.find("+ dword:1") != std::string::npos);
    CHECK(text.find(plan_digest(plan)) != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    plan.hosts.front().changes = {
        {Change::Kind::task, "rdpsweep-key-acl", "C:\\key", "absent", "absent"},
        {Change::Kind::certificate, "none", "key", "certificate:none:none:", "renewed"}};
    plan.hosts.front().steps.clear(); // all at once
    const auto more = show_plan(plan, [](const Message& message) { return message.key; }).str();
    CHECK(
        more.find("task:rdpsweep-key-acl\n        is made, run once as SYSTEM and deleted") !=
        std::string::npos
    );
    CHECK(more.find("may not write\n        C:\\key\n") != std::string::npos);
    CHECK(more.find("- no certificate, without a key file\n") != std::string::npos);
}

TEST_CASE(
    "plan: nothing of a file reaches the terminal raw, and rights are said in words", "[fix]"
) {
    auto plan = plan_of({sick(0)});
    const std::string evil = "\x1b]0;x\x07\xC2\x9B\xE2\x80\xAE\n";
    plan.id = plan.run = plan.created_by = evil;
    plan.skipped = {{evil, evil, {evil, {}}, "id"}};
    auto& host = plan.hosts.front();
    host.name = host.address = evil;
    host.fixes = {evil, evil};
    host.steps.clear();
    host.changes = {
        {Change::Kind::rights, evil, "", evil, "sddl:O:SYD:P(A;;FA;;;SY)"},
        {Change::Kind::key, "SOFTWARE\\K", "", "sddl:D:(A;;KR;;;SY)", "sddl:" + evil}};
    const auto text = show_plan(plan, [](const Message& message) { return message.key; }).str();
    for (const auto* raw : {"\x1b", "\x07", "\xC2\x9B", "\xE2\x80\xAE"})
        CHECK(text.find(raw) == std::string::npos);
    CHECK_THAT(
        text,
        Catch::Contains(
            "+ sddl:O:SYD:P(A;;FA;;;SY) = owner SYSTEM; inherits nothing; allow SYSTEM full\n"
        )
    );
    CHECK_THAT(
        text, Catch::Contains("- sddl:D:(A;;KR;;;SY) = ") && Catch::Contains("allow SYSTEM read\n")
    );
    CHECK_THAT(text, Catch::Contains("Plan \\x1B]0;x\\x07\\u{009B}\\u{202E}\\x0A from run "));
}

TEST_CASE("plan: one of an older version, without steps, is one step", "[fix]") {
    auto document = json::parse(plan_text(plan_of({sick(0)})));
    REQUIRE(document["hosts"][0]["steps"] == json::parse(R"([{"fixes":1,"rules":1,"changes":1}])"));
    document["hosts"][0].erase("steps");
    const auto older = read_plan(signed_again(document));
    REQUIRE(older);
    CHECK(older->hosts[0].steps.empty());
    CHECK(step_count(older->hosts[0]) == 1);
    const auto step = step_of(older->hosts[0], 0);
    CHECK(step.fixes == std::vector<std::string>{"tls12"});
    CHECK(step.changes == older->hosts[0].changes);
    CHECK(step.restart == Restart::needed);
}

TEST_CASE("plan: steps that leave a change out, or have one twice, make none", "[fix]") {
    const auto whole = json::parse(plan_text(plan_of({sick(0)})));
    for (const auto* steps :
         {R"([{"fixes":1,"rules":1,"changes":2}])",
          R"([{"fixes":1,"rules":1,"changes":3}])",
          R"([{"fixes":1,"rules":1,"changes":1},{"fixes":1,"rules":1,"changes":1}])",
          R"([{"fixes":1,"rules":0,"changes":2}])",
          R"([{"fixes":1,"rules":1,"changes":18446744073709551615},{"fixes":0,"rules":0,"changes":3}])"}) {
        INFO(steps);
        auto document = whole;
        document["hosts"][0]["steps"] = json::parse(steps);
        CHECK_FALSE(read_plan(signed_again(document)));
    }
}
