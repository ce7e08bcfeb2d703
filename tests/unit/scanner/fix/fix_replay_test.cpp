// The fix of a host with one thing that fails, for every action on its way and every way to fail:
// it ends well in the next process, and is undone only where something may have been written.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"

#include <algorithm>
#include <map>
#include <optional>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

// before: nothing was done. after: it was, and nobody heard. nonsense: it was, and the answer
// cannot be read. half: the first of two changes was made.
enum class Failure { before, after, nonsense, half };

// A host, its journal, and what went to it.
struct World {
    explicit World(const PlanHost& host) : plan(host) {
        for (const auto& change : plan.changes)
            values[change.name] = change.before;
    }

    PlanHost plan;
    std::map<std::string, std::string> values;
    bool helps = true;
    bool needs_restart = false; // of TermService, before it helps
    bool restarted = false;
    std::vector<JournalEntry> journal;
    std::string failed;                     // the action that failed, in words
    int writes = 0, undos = 0;              // scripts that changed a value
    std::map<std::string, int> written_how; // often, each value

    [[nodiscard]] bool is_all(std::string Change::*state) const {
        return std::all_of(plan.changes.begin(), plan.changes.end(), [&](const Change& change) {
            return values.at(change.name) == change.*state;
        });
    }

    [[nodiscard]] bool is_before() const { return is_all(&Change::before); }

    [[nodiscard]] bool is_after() const { return is_all(&Change::after); }

    [[nodiscard]] bool is_well() const {
        return is_after() && helps && (restarted || !needs_restart);
    }

    // A step that is done is seen to be, though RDP does not answer before all are.
    [[nodiscard]] Seen seen() const {
        Seen seen;
        const bool first =
            values.at("Enabled") == "dword:1" && values.at("DisabledByDefault") == "dword:0";
        const bool shows = first && (is_well() || plan.steps.size() > 1);
        if (shows) seen = cured();
        if (!is_well()) seen.handshake = "tls";
        const auto layer = values.find("SecurityLayer");
        if (layer != values.end() && layer->second == "dword:0") seen.layer = 0;
        return seen;
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
        auto& value = values.at(change.name);
        ChangeResult result{value, ChangeResult::Did::kept, {}, {}};
        if (asked.mode != ChangeMode::read && i < most && value != to) {
            value = to;
            if (asked.mode == ChangeMode::apply) ++written_how[change.name];
            result.did = ChangeResult::Did::written;
            wrote = true;
        }
        result.now = value;
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
    auto event = perform(action, failure == Failure::half ? 1 : 3);
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
    if (std::holds_alternative<fix_action::Look>(action)) return fix_event::Looked{look_at(seen())};
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
        REQUIRE(actions < 60);
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
    for (const auto& [name, times] : world.written_how) {
        INFO(name);
        CHECK(times == 1);
    }
    CHECK(world.writes <= static_cast<int>(std::max<std::size_t>(1, world.plan.steps.size())));
}

struct Day {
    std::string name;
    Scene scene;
    bool helps = true;
    bool needs_restart = false;
};

World world_of(const Day& day) {
    World world(day.scene.host);
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
    // Half of a step of one change is all of it.
    const bool torn = failure == Failure::half && world.failed.starts_with("apply") &&
                      world.written_how.size() == 1;
    const bool well = day.helps && !torn;
    REQUIRE(stage == (well ? FixStage::verified : FixStage::rolled_back));
    if (well) CHECK(world.written_how.size() == world.plan.changes.size());
    CHECK(world.writes > 0);
    CHECK((well ? world.is_well() : world.is_before()));
    CHECK((world.undos > 0) == !well);
}

std::vector<Day> days() {
    return {
        {"it helps", scene(), true, false},
        {"it does not help", scene(), false, false},
        {"it helps after a restart", reluctant(), true, true},
        {"it does not, restarted or not", reluctant(), false, false},
        {"it helps in two steps", in_steps(), true, false},
        {"two steps do not help", in_steps(), false, false}};
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
