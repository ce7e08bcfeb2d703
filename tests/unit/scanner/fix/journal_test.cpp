// The journal of a plan: who has it, and what a crash leaves of its last line.
#include "scanner/fix/journal.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"
#include "tests/unit/scanner/scratch.hpp"

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
