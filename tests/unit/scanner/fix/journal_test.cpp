// The journal of a plan: who has it, and what a crash leaves of its last line.
#include "scanner/fix/journal.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <filesystem>
#include <fstream>

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("journal: one process has it, a torn line is passed over", "[fix]") {
    const Scratch scratch;
    {
        auto journal = Journal::open(scratch.path("state"), "plan");
        REQUIRE(journal);
        CHECK_FALSE(Journal::open(scratch.path("state"), "plan"));
        REQUIRE(journal->append({3, FixStage::backed_up, "", planned_host().changes, "", 0}));
        REQUIRE(journal->append({3, FixStage::applying, "", {}, "", 0}));
    }
    const auto path = scratch.path("state") + "/plans/plan/journal.jsonl";
    std::ofstream(path, std::ios::app) << R"({"at":"2026-11-25T21:00:00Z","ho)";
    auto again = Journal::open(scratch.path("state"), "plan");
    REQUIRE(again);
    REQUIRE(again->entries().size() == 2);
    CHECK(again->entries()[0].changes == planned_host().changes);
    REQUIRE(again->append({3, FixStage::applied, "", {}, "", 0}));
    const auto entries = Journal::read(scratch.path("state"), "plan");
    REQUIRE(entries);
    CHECK(entries->back().stage == FixStage::applied);
    CHECK(entries->size() == 3);
}

TEST_CASE("journal: what was found of each step is put together in their order", "[fix]") {
    const auto changes = host_in_steps().changes;
    const std::vector<Change> first{changes[0], changes[1]}, second{changes[2]};
    const std::vector<std::string> unsound{"TLS.PROTO"};
    const Scratch scratch;
    {
        auto journal = Journal::open(scratch.path("state"), "plan");
        REQUIRE(journal);
        REQUIRE(journal->append({0, FixStage::backed_up, "", first, "/copies/1", 0, 0, unsound}));
        REQUIRE(journal->append({0, FixStage::applied, "", {}, "", 0}));
        REQUIRE(journal->append({0, FixStage::backed_up, "", second, "", 0, 1, {}}));
    }
    const auto entries = Journal::read(scratch.path("state"), "plan");
    REQUIRE(entries);
    auto records = records_of(*entries, 1);
    CHECK(records[0].backup == changes);
    CHECK(records[0].earlier == 2);
    CHECK(records[0].step == 1);
    CHECK(records[0].unsound == unsound);
    CHECK(records[0].snapshot == "/copies/1");
    CHECK(records[0].stage == FixStage::backed_up);
    CHECK(records[0].may_be_changed()); // the first step
    auto again = *entries;
    again.push_back(again.back());
    records = records_of(again, 1);
    CHECK(records[0].backup == changes);
    CHECK(records[0].earlier == 2);
}

TEST_CASE("journal: a line of an older version has one step, and does not say what was", "[fix]") {
    const Scratch scratch;
    const auto folder = scratch.path("state") + "/plans/plan";
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/journal.jsonl")
        << R"({"at":"2026-11-25T21:00:00Z","changes":"run|TermService||stopped|running\n",)"
        << R"("host":0,"snapshot":"","stage":"backed_up","why":""})"
        << "\n";
    const auto entries = Journal::read(scratch.path("state"), "plan");
    REQUIRE(entries);
    const auto record = records_of(*entries, 1).front();
    REQUIRE(record.backup.size() == 1);
    CHECK(record.earlier == 0);
    CHECK(record.step == 0);
    CHECK_FALSE(record.unsound);
    CHECK_FALSE(record.may_be_changed());
}
