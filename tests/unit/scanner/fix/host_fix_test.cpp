// The fix of one host against a Windows that loses connections, refuses, drifts and does not get
// well, with the scanner killed at any moment. Whatever happens: nothing is written that is not in
// the journal, nothing twice, and every host ends as what its stage says.
#include "scanner/fix/host_fix.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_machine.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <map>
#include <random>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

// One process: it tries a few times, and may be killed before any script that it would send.
FixStage one_process(
    const std::string& state,
    Machine& machine,
    std::optional<int> killed_after,
    bool& dead,
    VmGuard* guard = nullptr
) {
    auto journal = Journal::open(state, plan_key());
    REQUIRE(journal);
    FixServices services{collector(), changer(), *journal, Policy(), nullptr, {}, {}, false};
    services.state_dir = state;
    services.plan_id = "plan";
    services.guard = guard;
    services.snapshots = guard == nullptr ? SnapshotWish::never : SnapshotWish::always;
    const auto host = machine.values.contains("SecurityLayer") ? planned_in_steps() : planned();
    HostFix fix(0, host, services);
    fix.resume(records_of(journal->entries(), 1).front());
    int scripts = 0;
    dead = false;
    const RecordScript record = [&](const Script&) -> Status {
        if (killed_after && scripts++ == *killed_after) {
            dead = true;
            return Error(Phase::run, Errc::cancelled, "killed");
        }
        return {};
    };
    asio::io_context lane;
    asio::co_spawn(
        lane,
        [&]() -> Task<void> {
            for (int tries = 0; tries < 4 && !dead; ++tries) {
                if (is_end(fix.stage())) co_return;
                FakeSession session(machine);
                HostDeadline deadline(lane.get_executor(), Clock::now() + std::chrono::seconds(60));
                Target target;
                target.vm = guard == nullptr ? "" : "/subscriptions/s/vm";
                auto done = co_await fix.run(session, target, deadline, record);
                if (done) co_return;
            }
        },
        asio::detached
    );
    lane.run();
    if (!dead && !is_end(fix.stage())) REQUIRE(fix.give_up("the connection was lost"));
    return fix.stage();
}

bool has_steps(const Machine& machine) {
    return machine.values.contains("SecurityLayer");
}

bool before(const Machine& machine) {
    return machine.values == (has_steps(machine) ? machine_in_steps().values : Machine().values);
}

bool after(const Machine& machine) {
    return machine.number("Enabled") == 1 && machine.number("DisabledByDefault") == 0 &&
           (!has_steps(machine) || machine.number("SecurityLayer") == 2);
}

// Nothing was written before the backup was on disk.
void check_journal(const std::vector<JournalEntry>& entries, const Machine& machine) {
    bool backed_up = false;
    for (const auto& entry : entries) {
        if (entry.stage == FixStage::backed_up && entry.step == 1) {
            REQUIRE(entry.changes.size() == 1);
            CHECK(backed_up);
            CHECK(entry.changes[0].before == "dword:0");
            CHECK_FALSE(entry.unsound);
        } else if (entry.stage == FixStage::backed_up) {
            backed_up = true;
            REQUIRE(entry.changes.size() == 2);
            CHECK(entry.unsound);
            CHECK(entry.changes[0].before == "dword:0");
            CHECK(entry.changes[1].before == "dword:1");
        }
        if (entry.stage == FixStage::applying) CHECK(backed_up);
    }
    if (machine.applied > 0) CHECK(backed_up);
}

void check_end(FixStage stage, const Machine& machine) {
    INFO(to_string(stage));
    if (stage == FixStage::verified) {
        CHECK(after(machine));
        CHECK(machine.restarts > 0);
        CHECK_FALSE(machine.deaf);
    }
    if (stage == FixStage::rolled_back || stage == FixStage::failed || stage == FixStage::skipped)
        CHECK(before(machine));
    if (stage == FixStage::failed || stage == FixStage::skipped) CHECK(machine.applied == 0);
    for (const auto& [name, times] : machine.writes) {
        INFO(name);
        CHECK(times == 1);
    }
    CHECK(machine.applied <= (has_steps(machine) ? 2 : 1));
    CHECK(machine.undone <= 1);
    CHECK(stage != FixStage::rollback_failed);
}

} // namespace

TEST_CASE("fix of a host: it is verified, or undone, or left alone", "[fix]") {
    bool dead = false;
    const auto end = [&](const std::function<void(Machine&)>& prepare) {
        const Scratch scratch;
        Machine machine;
        prepare(machine);
        const auto stage = one_process(scratch.path("state"), machine, {}, dead);
        check_end(stage, machine);
        return stage;
    };
    CHECK(end([](Machine&) {}) == FixStage::verified);
    CHECK(end([](Machine& machine) { machine.deaf = true; }) == FixStage::rolled_back);
    CHECK(end([](Machine& machine) {
              machine.denies = "DisabledByDefault";
          }) == FixStage::rolled_back);
    CHECK(end([](Machine& machine) { machine.sessions = 2; }) == FixStage::skipped);
    CHECK(end([](Machine& machine) { machine.loses = 200; }) == FixStage::failed);
    const Scratch scratch;
    Machine other;
    other.guid = "another";
    CHECK(one_process(scratch.path("state"), other, {}, dead) == FixStage::skipped);
    CHECK(other.applied == 0);
}

TEST_CASE(
    "fix of a host: another Windows under the same name is neither gone on with nor undone", "[fix]"
) {
    for (const auto begun : {FixStage::applying, FixStage::applied, FixStage::rolling_back}) {
        INFO(to_string(begun));
        const Scratch scratch;
        {
            auto journal = Journal::open(scratch.path("state"), plan_key());
            REQUIRE(journal);
            REQUIRE(journal->append({0, FixStage::backed_up, "", planned().changes, "", 0}));
            REQUIRE(journal->append({0, begun, "", {}, "", 0}));
        }
        Machine machine;
        machine.guid = "made anew";
        machine.values = {{"Enabled", "dword:1"}, {"DisabledByDefault", "dword:0"}};
        bool dead = false;
        const auto stage = one_process(scratch.path("state"), machine, {}, dead);
        CHECK(
            stage ==
            (begun == FixStage::rolling_back ? FixStage::rollback_failed : FixStage::unreachable)
        );
        CHECK(after(machine)); // its own values, as they were
        CHECK(machine.applied + machine.undone + machine.restarts == 0);
    }
}

TEST_CASE(
    "fix of a host: a lock, an unknown state or no copy of the disk leave it alone", "[fix]"
) {
    const auto end = [](FakeGuard& guard) {
        const Scratch scratch;
        Machine machine;
        bool dead = false;
        const auto stage = one_process(scratch.path("state"), machine, {}, dead, &guard);
        if (stage != FixStage::verified) CHECK(machine.applied == 0);
        const auto entries = Journal::read(scratch.path("state"), plan_key());
        REQUIRE(entries);
        if (stage == FixStage::verified)
            CHECK(records_of(*entries, 1).front().snapshot == "/copies/" + guard.names.front());
        return stage;
    };
    FakeGuard good, locked, silent, full;
    locked.says = "Azure locks it";
    silent.silent = true;
    full.copies = false;
    CHECK(end(good) == FixStage::verified);
    CHECK(good.names.front().starts_with("rdpsweep-plan-"));
    CHECK(end(locked) == FixStage::skipped);
    CHECK(locked.names.empty());
    CHECK(end(silent) == FixStage::failed);
    CHECK(end(full) == FixStage::failed);
}

TEST_CASE("fix of a host: another plan that is at work on the Windows keeps us off it", "[fix]") {
    const Scratch scratch;
    Machine machine;
    bool dead = false;
    {
        const auto other = HostLock::take(scratch.path("state"), "GUID"); // whatever the case
        REQUIRE(other);
        CHECK_FALSE(HostLock::take(scratch.path("state"), "guid"));
        CHECK(HostLock::take(scratch.path("state"), "another"));
        CHECK(one_process(scratch.path("state"), machine, {}, dead) == FixStage::skipped);
        CHECK(machine.applied == 0);
    }
    CHECK(HostLock::take(scratch.path("state"), "guid"));
}

TEST_CASE("fix of a host: a thousand bad days", "[fix][slow]") {
    std::mt19937 random(11);
    std::map<FixStage, int> ends, in_steps;
    for (int day = 0; day < 1'000; ++day) {
        INFO(day);
        const Scratch scratch;
        auto machine = day % 2 == 0 ? Machine() : machine_in_steps();
        machine.random.seed(random());
        machine.loses = static_cast<int>(random() % 4) * 20;
        machine.reboots = random() % 3 == 0 ? 20 : 0;
        if (random() % 5 == 0) machine.denies = "DisabledByDefault";
        if (random() % 5 == 0) machine.denies = "SecurityLayer";
        machine.deaf = random() % 5 == 0;
        FixStage stage = FixStage::planned;
        // Killed up to five times; then left in peace, and the network gets better in the end.
        for (int process = 0; process < 12; ++process) {
            bool dead = false;
            const auto killed =
                process < 5 ? std::optional<int>(static_cast<int>(random() % 10)) : std::nullopt;
            if (process > 8) machine.loses = machine.reboots = 0;
            stage = one_process(scratch.path("state"), machine, killed, dead);
            if (!dead && is_end(stage)) break;
        }
        const auto entries = Journal::read(scratch.path("state"), plan_key());
        REQUIRE(entries);
        check_journal(*entries, machine);
        CHECK(is_end(stage));
        check_end(stage, machine);
        ++ends[stage];
        if (has_steps(machine)) ++in_steps[stage];
    }
    CHECK(ends[FixStage::verified] > 160);
    CHECK(ends[FixStage::rolled_back] > 100);
    CHECK(ends[FixStage::failed] > 3);
    CHECK(in_steps[FixStage::verified] > 80);
    CHECK(in_steps[FixStage::rolled_back] > 60);
}
