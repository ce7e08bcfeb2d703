// What a process learns of earlier ones for the guards of a plan: how hosts ended, in which order,
// and which control VMs answered.
#include "scanner/fix/driver.hpp"
#include "scanner/fix/plan_past.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_machine.hpp"
#include "tests/unit/scanner/fix/journal_place.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

using Direction = FixDriver::Direction;

JournalEntry ended(std::size_t host, FixStage stage, std::string why = "") {
    return {.host = host, .stage = stage, .why = std::move(why)};
}

JournalEntry acknowledged(std::string reason) {
    return {.host = no_host, .of_plan = PlanWord{std::move(reason), {}}};
}

JournalEntry answered(std::map<std::string, bool> answers) {
    return {.host = no_host, .of_plan = PlanWord{{}, std::move(answers)}};
}

// "3 bad, 1 good".
std::string words(const PlanPast& past) {
    const char* const names[] = {"good", "drifted", "bad", "rollback_failed"};
    std::string text;
    for (const auto& one : past.ends)
        text += (text.empty() ? "" : ", ") + std::to_string(one.host) + " " +
                names[static_cast<int>(one.end)];
    return text;
}

// A plan of forty hosts, the first in a batch of its own, and what an earlier process wrote.
struct Desk {
    explicit Desk(const std::vector<JournalEntry>& entries)
        : journal(journal_with(place, entries)) {
        plan.batches = {{0}, {}, {}};
        for (std::size_t i = 0; i < 40; ++i) {
            PlanHost host;
            host.id = host.name = "h" + std::to_string(i);
            plan.hosts.push_back(host);
            if (i > 0) plan.batches[i < 20 ? 1 : 2].push_back(i);
        }
    }

    static Journal journal_with(const Place& place, const std::vector<JournalEntry>& entries) {
        auto journal = place.open();
        REQUIRE(journal);
        for (const auto& entry : entries)
            REQUIRE(journal->append(entry));
        return *std::move(journal);
    }

    // Why a process that goes on with that batch stops at once; empty: it does not.
    std::string stops_in(std::size_t batch) {
        FixDriver driver(plan, services, Direction::apply);
        driver.begin_batch(batch, driver.left_of(plan.batches[batch], false));
        CHECK(driver.went_bad() == driver.stop_reason());
        return std::string(driver.stop_reason().value_or(""));
    }

    Place place;
    Plan plan;
    Journal journal;
    FixServices services{collector(), changer(), journal, Policy()};
};

} // namespace

TEST_CASE("plan's past: each host counts once, by its last end, in their order", "[fix]") {
    const auto past = [](std::vector<JournalEntry> entries) { return words(past_of(entries, 5)); };
    CHECK(past({}).empty());
    CHECK(
        past(
            {ended(1, FixStage::failed),
             ended(0, FixStage::verified),
             ended(2, FixStage::rollback_failed),
             ended(7, FixStage::failed)}
        ) == "1 bad, 0 good, 2 rollback_failed"
    );
    // What is gone on with has no end yet.
    CHECK(past({ended(1, FixStage::unreachable)}).empty());
    CHECK(past({ended(1, FixStage::failed), ended(1, FixStage::applying)}).empty());
    CHECK(past({ended(1, FixStage::rolled_back, "it did not help")}) == "1 bad");
    CHECK(past({ended(1, FixStage::verified), ended(1, FixStage::rolled_back, "asked for")}).empty()
    );
    auto drifted = ended(3, FixStage::skipped);
    CHECK(past({drifted}) == "3 good");
    drifted.drifted = true;
    CHECK(past({drifted}) == "3 drifted");
    // Who acknowledges a stop has seen what was before it.
    CHECK(
        past({ended(1, FixStage::failed), acknowledged("canary"), ended(2, FixStage::verified)}) ==
        "2 good"
    );
}

TEST_CASE("driver: the guards count across processes, until a stop is acknowledged", "[fix]") {
    const std::vector<JournalEntry> canary{ended(0, FixStage::rolled_back, "it did not help")};
    CHECK(Desk(canary).stops_in(0) == "fix.stop.canary");
    // Of nineteen hosts one may go bad: the second one stops the batch.
    CHECK(Desk({ended(1, FixStage::failed)}).stops_in(1).empty());
    CHECK(
        Desk({ended(1, FixStage::failed), ended(9, FixStage::failed)}).stops_in(1) ==
        "fix.stop.batch"
    );
    CHECK(Desk({ended(1, FixStage::failed), ended(9, FixStage::failed), acknowledged("batch")})
              .stops_in(1)
              .empty());
    // The next batch counts its own, and all batches together.
    const std::vector<JournalEntry> two{ended(1, FixStage::failed), ended(2, FixStage::failed)};
    CHECK(Desk(two).stops_in(2).empty());
    auto three = two;
    three.push_back(ended(3, FixStage::verified));
    three.push_back(ended(20, FixStage::failed));
    CHECK(Desk(three).stops_in(2) == "fix.stop.total");
    auto in_a_row = two;
    in_a_row.push_back(ended(20, FixStage::failed));
    CHECK(Desk(in_a_row).stops_in(2) == "fix.stop.in_a_row");
    CHECK(Desk({ended(1, FixStage::rollback_failed)}).stops_in(2) == "fix.stop.rollback");
}

TEST_CASE("driver: hosts that are not as planned count across processes", "[fix]") {
    std::vector<JournalEntry> entries;
    for (std::size_t host = 1; host <= 4; ++host) {
        CHECK(Desk(entries).stops_in(1).empty());
        entries.push_back(ended(host, FixStage::skipped));
        entries.back().drifted = true;
    }
    CHECK(Desk(entries).stops_in(1) == "fix.stop.drift"); // 4 of 19 is more than a fifth
    CHECK(Desk(entries).stops_in(2).empty());
}

TEST_CASE("driver: the control VMs are held against what they were before the plan", "[fix]") {
    using Answers = std::map<std::string, bool>;
    const Answers all{{"a", true}, {"b", true}, {"c", false}};
    Desk desk({answered(all)});
    FixDriver driver(desk.plan, desk.services, Direction::apply);
    driver.begin_batch(1, {1});
    CHECK(driver.controls_before() == all);
    CHECK_FALSE(driver.has_looked());
    REQUIRE(driver.take_controls({{"a", true}, {"b", false}, {"c", false}}));
    CHECK(driver.stop_reason() == "fix.stop.control");
    // One that has left the inventory says nothing.
    FixDriver other(desk.plan, desk.services, Direction::apply);
    other.begin_batch(1, {1});
    REQUIRE(other.take_controls({{"a", true}}));
    CHECK(other.stop_reason() == std::nullopt);
    // After the stop was acknowledged they are looked at anew, and that is written down.
    Desk anew({answered(all), acknowledged("control")});
    FixDriver fresh(anew.plan, anew.services, Direction::apply);
    CHECK(fresh.controls_before().empty());
    REQUIRE(fresh.take_controls({{"a", true}, {"b", false}}));
    CHECK(past_of(anew.journal.entries(), 40).controls == Answers{{"a", true}, {"b", false}});
}
