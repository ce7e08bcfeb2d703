// A plan is believed when its run gives the same plan; its digest anybody can make.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/fix/plan_origin.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using nlohmann::json;

namespace {

constexpr std::int64_t now = 1'790'000'000;
constexpr auto run_id = "20260922T000000Z-000abcdef";

// A VM on which TLS 1.2 is switched off.
HostResult sick(std::size_t index) {
    const json facts{
        {"schema", "facts/1"},
        {"collector", {{"ver", "1"}, {"path", "ps"}, {"lang_mode", "FullLanguage"}}},
        {"os",
         {{"build", 17763},
          {"product_type", 3},
          {"machine_guid", "guid-" + std::to_string(index)}}},
        {"tls", {{"proto", {{"TLS 1.2", {{"server", {{"e", 0}, {"te", 4}}}}}}}}}};
    HostResult host;
    host.index = index;
    host.target.id = host.target.name = "vm-" + std::to_string(index);
    host.outcome = Outcome::assessed;
    host.verdict = Verdict::broken;
    host.facts_json = facts.dump();
    host.finished = now - 60;
    Finding finding;
    finding.rule = "TLS.PROTO";
    finding.verdict = Verdict::broken;
    finding.summary.key = "TLS.PROTO.none";
    host.findings.push_back(std::move(finding));
    return host;
}

// A stored run of three such VMs, and a plan from it.
struct Desk {
    Desk() {
        RunInfo run;
        run.id = run_id;
        run.version = "test";
        run.started = now - 120;
        run.targets = 3;
        auto store =
            RunStore::create(state, run, [](const Message& message) { return message.key; });
        REQUIRE(store);
        for (std::size_t index = 0; index < 3; ++index)
            REQUIRE((*store)->finished(sick(index)));
        PlanWishes wishes;
        wishes.max_percent = 100;
        wishes.batches = *parse_batches(usual_batches);
        auto stored = StoredRun::open(state, run_id);
        REQUIRE(stored);
        auto made = make_plan(stored->run(), *stored, wishes, now);
        REQUIRE(made);
        REQUIRE(made->hosts.size() == 3);
        document = json::parse(plan_text(*made));
    }

    // Signs the document again and reads it as a plan.
    Plan read() {
        document.erase("digest");
        document["digest"] = sha256_hex(dump_json(document));
        text = dump_json(document);
        auto plan = read_plan(text);
        REQUIRE(plan);
        return *std::move(plan);
    }

    // Returns what is said against the plan; empty: it is believed.
    std::string said(std::int64_t when = now) {
        const auto plan = read();
        auto stored = open_origin(plan, state);
        REQUIRE(stored);
        const auto held = hold_against(plan, text, *stored, when);
        return held ? "" : std::string(held.error().detail());
    }

    Scratch scratch;
    std::string state = scratch.path("state");
    json document;
    std::string text;
};

const std::string not_believed = "the plan is not believed: ";

std::string differs(const std::string& where, const std::string& is, const std::string& has) {
    return not_believed + where + " is " + is + " by the stored run " + run_id + ", and " + has +
           " in the plan";
}

} // namespace

TEST_CASE("plan origin: one that was made here is believed, whoever made it", "[fix]") {
    Desk desk;
    CHECK(desk.said().empty());
    CHECK(desk.said(now + 7 * 24 * 3600).empty()); // whether it has expired is another question
    desk.document["created_by"] = "a colleague";
    desk.document["id"] = "20260922T000000Z-abcdefabc";
    CHECK(desk.said().empty());
}

TEST_CASE("plan origin: the first difference is named, its digest made anew or not", "[fix]") {
    Desk desk;
    const auto first = desk.document["hosts"][0]["name"].get<std::string>();
    const auto last = desk.document["hosts"][2]["name"].get<std::string>();
    SECTION("no canary") {
        desk.document["canaries"] = 0;
        CHECK(desk.said() == differs("/canaries", "1", "0"));
    }
    SECTION("for ever") {
        desk.document["expires"] = "2099-01-01T00:00:00Z";
        const auto right = dump_json(json(to_iso8601(now + 4 * 3600)));
        CHECK(desk.said() == differs("/expires", right, R"("2099-01-01T00:00:00Z")"));
        desk.document["made_with"]["life"] = 2'000'000'000;
        CHECK(desk.said() == not_believed + "--expires is more than 7 days (168h)");
    }
    SECTION("all at once") {
        desk.document["batches"] = json::parse("[[0,1,2]]");
        CHECK(desk.said() == differs("/batches/0/1", "nothing", "1"));
    }
    SECTION("another value") {
        desk.document["hosts"][2]["changes"][0]["after"] = "dword:3";
        CHECK(
            desk.said() ==
            differs("host " + last + ": /changes/0/after", R"("dword:1")", R"("dword:3")")
        );
    }
    SECTION("another address") {
        desk.document["hosts"][0]["address"] = "10.6.6.6";
        CHECK(desk.said() == differs("host " + first + ": /address", R"("")", R"("10.6.6.6")"));
    }
    SECTION("another Windows") {
        desk.document["hosts"][0]["machine_guid"] = "guid-9";
        CHECK_THAT(desk.said(), Catch::Contains("host " + first + ": /machine_guid"));
    }
    SECTION("another order") {
        std::swap(desk.document["hosts"][0], desk.document["hosts"][2]);
        CHECK_THAT(desk.said(), Catch::StartsWith(not_believed + "host " + last + ": /"));
    }
    SECTION("a member that nobody knows") {
        desk.document["force"] = true;
        CHECK(desk.said() == differs("/force", "nothing", "true"));
    }
    SECTION("one that nobody knows, of a host, and one that is gone") {
        desk.document["hosts"][0]["force"] = "\x1b[2J";
        CHECK(desk.said() == differs("host " + first + ": /force", "nothing", R"("\u001b[2J")"));
        desk.document["hosts"][0].erase("force");
        desk.document["hosts"][0].erase("kin");
        CHECK(desk.said() == differs("host " + first + ": /kin", "[]", "nothing"));
    }
    SECTION("fewer hosts than need it") {
        desk.document["hosts"].erase(2);
        desk.document["batches"] = json::parse("[[0],[1]]");
        desk.document["account"]["planned"] = 2;
        desk.document["account"]["left_out"] = 1;
        CHECK_THAT(desk.said(), Catch::StartsWith(not_believed + "host " + last + " is {"));
    }
    SECTION("more than was asked for") {
        desk.document["made_with"]["max_percent"] = 5;
        CHECK(
            desk.said() ==
            not_believed + "3 hosts need these fixes, at most 1 are allowed by --max-percent"
        );
    }
    SECTION("of a time to come") {
        CHECK(desk.said(now - 60).empty());
        CHECK(
            desk.said(now - 61) == not_believed + "it was made at " + to_iso8601(now) +
                                       ", and here it is " + to_iso8601(now - 61)
        );
    }
    SECTION("facts that were too old then") {
        desk.document["created"] = to_iso8601(now + 3'600);
        CHECK_THAT(
            desk.said(now + 3'600),
            Catch::StartsWith(not_believed + "host " + first + " is nothing")
        );
    }
    SECTION("an older version's") {
        desk.document.erase("made_with");
        CHECK(
            desk.said() ==
            not_believed + "it is of an older version, and does not say what was asked for"
        );
    }
    SECTION("another version's") {
        desk.document["version"] = "9.9";
        CHECK(desk.said().empty());
        desk.document["canaries"] = 0;
        CHECK(
            desk.said() == differs("/canaries", "1", "0") + "; version 9.9 made it, and this is " +
                               RDPSWEEP_VERSION
        );
    }
}

TEST_CASE("plan origin: its run is named in full, and is here", "[fix]") {
    Desk desk;
    for (const std::string run :
         {"last", "20260922", "20260922T000000Z-000abcdeg", "", "../runs"}) {
        INFO(run);
        desk.document["run"] = run;
        const auto plan = desk.read();
        const auto stored = open_origin(plan, desk.state);
        REQUIRE_FALSE(stored);
        CHECK(stored.error().code() == Errc::not_found);
        CHECK(
            stored.error().detail() ==
            "the run " + run + " that the plan was made from is not in " + desk.state + "/runs"
        );
        const auto held = hold_against_run(plan, desk.text, desk.state);
        REQUIRE_FALSE(held);
        CHECK(held.error().code() == Errc::not_found);
    }
}
