// The fix of a host with one thing that fails, for every action on its way and every way to fail:
// it ends well in the next process, and is undone only where something may have been written.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"

#include <optional>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

// before: nothing was done. after: it was, and nobody heard. nonsense: it was, and the answer
// cannot be read. half: the first of two changes was made.
enum class Failure { before, after, nonsense, half };

// A host, its journal, and what went to it.
struct World {
    std::vector<std::string> values{"dword:0", "dword:1"};
    bool helps = true;
    bool needs_restart = false; // of TermService, before it helps
    bool restarted = false;
    std::vector<JournalEntry> journal;
    std::string failed;        // the action that failed, in words
    int writes = 0, undos = 0; // scripts that changed a value

    [[nodiscard]] bool is_before() const { return values == World().values; }

    [[nodiscard]] bool is_after() const {
        return values == std::vector<std::string>{"dword:1", "dword:0"};
    }

    [[nodiscard]] bool is_well() const {
        return is_after() && helps && (restarted || !needs_restart);
    }

    FixEvent answer(const FixAction& action, std::optional<Failure> failure = {});
    FixEvent perform(const FixAction& action, std::size_t most);
    std::vector<ChangeResult> change(const fix_action::RunChange& asked, std::size_t most);
};

std::vector<ChangeResult> World::change(const fix_action::RunChange& asked, std::size_t most) {
    std::vector<ChangeResult> results;
    bool wrote = false;
    for (std::size_t i = 0; i < asked.changes.size(); ++i) {
        const auto& change = asked.changes[i];
        const auto& to = asked.mode == ChangeMode::undo ? change.before : change.after;
        ChangeResult result{values[i], ChangeResult::Did::kept, {}, {}};
        if (asked.mode != ChangeMode::read && i < most && values[i] != to) {
            values[i] = to;
            result.did = ChangeResult::Did::written;
            wrote = true;
        }
        result.now = values[i];
        results.push_back(result);
    }
    if (wrote) ++(asked.mode == ChangeMode::undo ? undos : writes);
    restarted = restarted || asked.restart;
    return results;
}

FixEvent World::answer(const FixAction& action, std::optional<Failure> failure) {
    Error error(Phase::run, Errc::peer_closed, "it failed");
    if (failure) failed = words_of(action);
    if (const auto* asked = std::get_if<fix_action::WriteDown>(&action)) {
        // after: the line is whole, and the disk did not say so.
        if (!failure || failure == Failure::after) journal.push_back(asked->entry);
        if (failure) return fix_event::NotWritten{error};
        return fix_event::Written();
    }
    if (failure == Failure::before) return fix_event::Lost{error};
    auto event = perform(action, failure == Failure::half ? 1 : 2);
    if (!failure) return event;
    if (failure == Failure::nonsense) error = Error(Phase::decode, Errc::malformed_output, "what?");
    return fix_event::Lost{error};
}

FixEvent World::perform(const FixAction& action, std::size_t most) {
    if (std::holds_alternative<fix_action::TakeLock>(action)) return fix_event::LockHeld();
    if (std::holds_alternative<fix_action::AskGuard>(action))
        return fix_event::GuardAnswered{std::string()};
    if (std::holds_alternative<fix_action::CopyDisk>(action))
        return fix_event::DiskCopied{std::string("/copies/1")};
    if (std::holds_alternative<fix_action::Look>(action))
        return fix_event::Looked{look_at(is_well() ? cured() : Seen())};
    if (std::holds_alternative<fix_action::AskOutside>(action))
        return fix_event::OutsideAnswered{OutsideAnswer::whole};
    if (const auto* asked = std::get_if<fix_action::RunChange>(&action))
        return fix_event::Changed{change(*asked, most)};
    return fix_event::Soaked();
}

// Lives through one process from its journal on; failing: an action, counted from 0. Returns how
// many were asked for.
int process(World& world, Bench& bench, std::optional<int> failing, Failure failure) {
    int actions = 0;
    auto action = bench.fsm.resume(bench.scene.terms);
    while (!std::holds_alternative<fix_action::Finish>(action)) {
        REQUIRE(actions < 40);
        const bool fails = failing == actions;
        ++actions;
        auto event = world.answer(action, fails ? std::optional(failure) : std::nullopt);
        action = bench.fsm.resume(std::move(event));
    }
    CHECK(bench.fsm.step() == FixStep::idle);
    CHECK(bool(std::get<fix_action::Finish>(action).status) == !failing);
    return actions;
}

// Nobody comes back to the host in this process.
void give_up(World& world, Bench& bench) {
    const bool journal_works = !world.failed.starts_with("write");
    const auto action = bench.fsm.resume(fix_event::GiveUp{"it failed"});
    if (std::holds_alternative<fix_action::Finish>(action)) return;
    const auto& entry = std::get<fix_action::WriteDown>(action).entry;
    // Whoever says that nothing was written has to be right.
    if (entry.stage == FixStage::failed) CHECK(world.is_before());
    if (world.writes > 0) CHECK(entry.stage == FixStage::unreachable);
    bench.fsm.resume(
        world.answer(action, journal_works ? std::nullopt : std::optional(Failure::before))
    );
}

HostRecord record_of(const World& world) {
    return records_of(world.journal, 5).at(4);
}

bool speaks_of(const World& world, FixStage stage) {
    for (const auto& entry : world.journal) {
        if (entry.stage == stage) return true;
    }
    return false;
}

// What was done stands in the journal before, whatever failed, and is done once.
void check_written_first(const World& world) {
    if (world.writes > 0) {
        REQUIRE(speaks_of(world, FixStage::backed_up));
        CHECK(speaks_of(world, FixStage::applying));
    }
    if (world.undos > 0) CHECK(speaks_of(world, FixStage::rolling_back));
    if (speaks_of(world, FixStage::rolling_back)) CHECK(speaks_of(world, FixStage::applying));
    CHECK(world.writes <= 1);
}

struct Day {
    std::string name;
    Scene scene;
    bool helps = true;
    bool needs_restart = false;
};

World world_of(const Day& day) {
    World world;
    world.helps = day.helps;
    world.needs_restart = day.needs_restart;
    return world;
}

// Lives through the failure and what follows it. after: the same process tries again. Else another
// one goes on from the journal; nonsense: once the first has given the host up.
FixStage live_through(World& world, const Day& day, int failing, Failure failure) {
    {
        Bench first(day.scene);
        process(world, first, failing, failure);
        check_written_first(world);
        if (failure == Failure::after && !world.failed.starts_with("write")) {
            process(world, first, {}, failure);
            return first.fsm.stage();
        }
        if (failure == Failure::nonsense) give_up(world, first);
    }
    auto later = day.scene;
    later.record = record_of(world);
    if (is_end(later.record.stage)) return later.record.stage;
    Bench second(later);
    process(world, second, {}, failure);
    return second.fsm.stage();
}

void check_end(const World& world, const Day& day, FixStage stage, Failure failure) {
    INFO("it ended as " << to_string(stage) << " after a failure to " << world.failed);
    check_written_first(world);
    if (stage == FixStage::failed) {
        CHECK(failure == Failure::nonsense);
        CHECK(world.writes + world.undos == 0);
        CHECK_FALSE(speaks_of(world, FixStage::applying));
        return;
    }
    const bool torn = failure == Failure::half && world.failed == "apply";
    const bool well = day.helps && !torn;
    REQUIRE(stage == (well ? FixStage::verified : FixStage::rolled_back));
    CHECK(world.writes == 1);
    CHECK((well ? world.is_well() : world.is_before()));
    CHECK((world.undos > 0) == !well);
}

std::vector<Day> days() {
    return {
        {"it helps", scene(), true, false},
        {"it does not help", scene(), false, false},
        {"it helps after a restart", reluctant(), true, true},
        {"it does not, restarted or not", reluctant(), false, false}};
}

} // namespace

TEST_CASE("fix replay: each action fails in turn, each in every way", "[fix]") {
    for (const auto& day : days()) {
        auto good = world_of(day);
        Bench bench(day.scene);
        const int actions = process(good, bench, {}, Failure::before);
        REQUIRE(actions > 10);
        for (int failing = 0; failing < actions; ++failing) {
            for (const auto failure :
                 {Failure::before, Failure::after, Failure::nonsense, Failure::half}) {
                INFO(
                    day.name << ", action " << failing << ", failure " << static_cast<int>(failure)
                );
                auto world = world_of(day);
                const auto stage = live_through(world, day, failing, failure);
                check_end(world, day, stage, failure);
            }
        }
    }
}
