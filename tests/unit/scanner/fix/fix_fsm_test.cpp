// The machine that fixes a host: every event in every step, with the action that answers it or the
// refusal.
#include "scanner/fix/fix_fsm.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_fsm_cases.hpp"

#include <array>
#include <map>
#include <set>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

constexpr std::size_t event_count = std::variant_size_v<FixEvent>;

// In the order of the kinds: begin, give_up, lock_held, lock_taken, looked, guard_answered,
// disk_copied, changed, outside_answered, soaked, written, not_written, lost. x: the step takes it.
const std::map<FixStep, std::string> takes{
    {FixStep::idle, "xx..........."},
    {FixStep::locking, "..xx........x"},
    {FixStep::making_sure, "....x.......x"},
    {FixStep::looking_before, "....x.......x"},
    {FixStep::asking_before, "........x...x"},
    {FixStep::asking_guard, ".....x......x"},
    {FixStep::copying_disk, "......x.....x"},
    {FixStep::reading_before, ".......x....x"},
    {FixStep::writing_backup, "..........xxx"},
    {FixStep::writing_applying, "..........xxx"},
    {FixStep::applying, ".......x....x"},
    {FixStep::writing_applied, "..........xxx"},
    {FixStep::finding_out, ".......x....x"},
    {FixStep::looking_after, "....x.......x"},
    {FixStep::asking_after, "........x...x"},
    {FixStep::writing_restart, "..........xxx"},
    {FixStep::restarting, ".......x....x"},
    {FixStep::looking_restarted, "....x.......x"},
    {FixStep::asking_restarted, "........x...x"},
    {FixStep::soaking, ".........x..x"},
    {FixStep::looking_soaked, "....x.......x"},
    {FixStep::asking_soaked, "........x...x"},
    {FixStep::writing_undo, "..........xxx"},
    {FixStep::undoing, ".......x....x"},
    {FixStep::writing_end, "..........xxx"}};

bool is_loss(const FixEvent& event) {
    return std::holds_alternative<fix_event::Lost>(event) ||
           std::holds_alternative<fix_event::NotWritten>(event);
}

const Status& end_of(const FixAction& action) {
    REQUIRE(std::holds_alternative<fix_action::Finish>(action));
    return std::get<fix_action::Finish>(action).status;
}

// Nothing changes: the machine goes on as if the event had not been there.
void check_refusal(FixStep step, const FixEvent& event) {
    const auto bench = bench_at(step, scene_of(step));
    auto& fsm = bench->fsm;
    const auto stage = fsm.stage();
    const auto why = fsm.why();
    const auto answer = fsm.resume(event);
    const auto& status = end_of(answer);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::bug);
    CHECK(status.error().phase() == Phase::internal);
    CHECK_FALSE(status.error().retryable());
    CHECK(fsm.step() == step);
    CHECK(fsm.stage() == stage);
    CHECK(fsm.why() == why);
}

// The run ends with that very error, and the stage is the one that the journal holds.
void check_loss(FixStep step, const FixEvent& event) {
    const auto bench = bench_at(step, scene_of(step));
    const auto stage = bench->fsm.stage();
    const auto answer = bench->fsm.resume(event);
    const auto& status = end_of(answer);
    REQUIRE_FALSE(status);
    CHECK(status.error().detail() == lost().detail());
    CHECK(bench->fsm.step() == FixStep::idle);
    CHECK(bench->fsm.stage() == stage);
}

} // namespace

TEST_CASE("fix machine: every event in every step is taken or refused", "[fix]") {
    std::set<std::pair<FixStep, std::size_t>> told;
    for (const auto& one : fix_cases())
        told.emplace(one.step, one.event.index());
    const auto events = one_of_each();
    REQUIRE(events.size() == event_count);
    REQUIRE(takes.size() == fix_step_count);
    for (std::size_t number = 0; number < fix_step_count; ++number) {
        const auto step = static_cast<FixStep>(number);
        REQUIRE(takes.contains(step));
        REQUIRE(takes.at(step).size() == event_count);
        for (std::size_t kind = 0; kind < event_count; ++kind) {
            const auto& event = events[kind];
            INFO(to_string(step) << " and " << name_of(event));
            REQUIRE(event.index() == kind);
            const bool taken = takes.at(step)[kind] == 'x';
            CHECK(told.contains({step, kind}) == (taken && !is_loss(event)));
            if (!taken) check_refusal(step, event);
            if (taken && is_loss(event)) check_loss(step, event);
        }
    }
}

TEST_CASE("fix machine: what is taken leads where the table says", "[fix]") {
    for (const auto& one : fix_cases()) {
        INFO(to_string(one.step) << ", " << name_of(one.event) << ": " << one.when);
        const auto bench = bench_at(one.step, one.scene);
        const auto action = bench->fsm.resume(one.event);
        CHECK(words_of(action) == one.action);
        CHECK(to_string(bench->fsm.step()) == to_string(one.next));
        if (const auto* written = std::get_if<fix_action::WriteDown>(&action))
            CHECK(written->entry.host == 4);
    }
}

TEST_CASE("fix machine: the stage is what the journal holds, once it does", "[fix]") {
    const auto bench = bench_at(FixStep::writing_undo, scene_of(FixStep::writing_undo));
    CHECK(bench->fsm.stage() == FixStage::applied);
    CHECK(bench->fsm.why().empty());
    bench->fsm.resume(fix_event::Written());
    CHECK(bench->fsm.stage() == FixStage::rolling_back);
    CHECK(bench->fsm.why() == "TLS.PROTO is still broken");
}

TEST_CASE("fix machine: the journal holds the states as they were found", "[fix]") {
    const auto bench = bench_at(FixStep::reading_before, scene());
    bench->scene.host.changes.front().before = state::absent;
    auto found = all_before();
    found.front().found = found.front().now = "absent/2"; // and with it what the undoing takes away
    const auto action = bench->fsm.resume(fix_event::Changed{found});
    REQUIRE(std::holds_alternative<fix_action::WriteDown>(action));
    const auto& changes = std::get<fix_action::WriteDown>(action).entry.changes;
    REQUIRE(changes.size() == 2);
    CHECK(changes.front().before == "absent/2");
    bench->fsm.resume(fix_event::Written());
    const auto change = bench->fsm.resume(fix_event::Written());
    REQUIRE(std::holds_alternative<fix_action::RunChange>(change));
    CHECK(std::get<fix_action::RunChange>(change).changes == changes);
}

TEST_CASE("fix machine: an answer about other changes is refused", "[fix]") {
    for (const auto step :
         {FixStep::reading_before,
          FixStep::applying,
          FixStep::finding_out,
          FixStep::restarting,
          FixStep::undoing}) {
        INFO(to_string(step));
        auto results = all_written();
        results.pop_back();
        check_refusal(step, fix_event::Changed{results});
    }
}

TEST_CASE(
    "fix machine: after a loss the next run asks for what fits, on a Windows it knows", "[fix]"
) {
    const std::map<FixStep, std::string> goes_on{
        {FixStep::looking_before, "look"},
        {FixStep::reading_before, "look"},
        {FixStep::writing_applying, "look"},
        {FixStep::applying, "look"},
        {FixStep::finding_out, "look"},
        {FixStep::looking_after, "look"},
        {FixStep::writing_restart, "look"},
        {FixStep::restarting, "look"},
        {FixStep::soaking, "look"},
        {FixStep::undoing, "write rolling_back: TLS.PROTO is still broken"}};
    for (const auto& [step, action] : goes_on) {
        INFO(to_string(step));
        const auto bench = bench_at(step, scene_of(step));
        auto& fsm = bench->fsm;
        fsm.resume(fix_event::Lost{lost()});
        CHECK(words_of(fsm.resume(bench->scene.terms)) == "lock");
        CHECK(words_of(fsm.resume(fix_event::LockHeld())) == action);
    }
}

TEST_CASE(
    "fix machine: TermService restarts with the undoing once it did with the change", "[fix]"
) {
    const auto bench = bench_at(FixStep::looking_restarted, reluctant());
    bench->fsm.resume(fix_event::Looked{look_at(Seen())});
    CHECK(words_of(bench->fsm.resume(fix_event::Written())) == "undo and restart");
}

TEST_CASE("fix machine: only another state of the host counts as drift", "[fix]") {
    for (const auto& one : fix_cases()) {
        if (one.step != FixStep::looking_before) continue;
        INFO(one.when);
        const auto bench = bench_at(one.step, one.scene);
        const auto action = words_of(bench->fsm.resume(one.event));
        const bool kept_off = action.find("--despite-sessions") != std::string::npos;
        CHECK(bench->fsm.drifted() == (action.starts_with("write skipped") && !kept_off));
    }
}

TEST_CASE("fix machine: to be undone is asked for, whatever is recalled afterwards", "[fix]") {
    auto scene = begun(FixStage::verified);
    Bench bench(scene);
    bench.fsm.undo_instead();
    bench.fsm.recall(scene.record);
    bench.fsm.resume(scene.terms);
    bench.fsm.resume(fix_event::LockHeld());
    const auto action = bench.fsm.resume(fix_event::Looked{look_at(cured())});
    CHECK(words_of(action) == "write rolling_back: asked for");
}

TEST_CASE("fix machine: steps are changed one after the other, and undone together", "[fix]") {
    Bench bench(in_steps());
    const auto& planned = bench.scene.host.changes;
    std::vector<std::string> told;
    FixAction action = bench.take(bench.scene.terms);
    while (bench.fsm.step() != FixStep::asking_soaked) {
        REQUIRE(told.size() < 40);
        const auto words = words_of(action);
        if (words.starts_with("write") || words.starts_with("apply")) told.push_back(words);
        if (const auto* entry = std::get_if<fix_action::WriteDown>(&action);
            entry != nullptr && entry->entry.stage == FixStage::backed_up) {
            CHECK(entry->entry.step == (entry->entry.changes.size() == 2 ? 0 : 1));
            CHECK(entry->entry.unsound.has_value() == (entry->entry.step == 0));
        }
        action = bench.take(good_event(bench));
    }
    CHECK(
        told ==
        std::vector<std::string>{
            "write backed_up, 2 changes, copy /copies/1",
            "write applying",
            "apply and restart",
            "write applied",
            "write backed_up, 1 changes, copy /copies/1",
            "write applying",
            "apply and restart",
            "write applied"}
    );
    CHECK(words_of(action) == "ask outside 0");
    CHECK(
        words_of(bench.take(fix_event::OutsideAnswered{OutsideAnswer::failed})) ==
        "write rolling_back: the RDP handshake from here fails"
    );
    const auto undone = bench.take(fix_event::Written());
    REQUIRE(std::holds_alternative<fix_action::RunChange>(undone));
    // The script undoes the last one first.
    CHECK(std::get<fix_action::RunChange>(undone).changes == planned);
    CHECK(words_of(undone) == "undo and restart");
}

TEST_CASE("fix machine: what is not as found before the second step undoes the first", "[fix]") {
    Bench bench(in_steps());
    while (bench.fsm.step() != FixStep::reading_before || bench.applied == 0)
        bench.take(good_event(bench));
    const auto action =
        bench.take(fix_event::Changed{{{"dword:1", ChangeResult::Did::kept, "dword:1", ""}}});
    CHECK(words_of(action) == "write rolling_back: something changed while it was looked at");
    const auto undone = bench.take(fix_event::Written());
    REQUIRE(std::holds_alternative<fix_action::RunChange>(undone));
    CHECK(std::get<fix_action::RunChange>(undone).changes.size() == 2);
}

TEST_CASE("fix machine: a port that answered before is waited for", "[fix]") {
    for (const auto before : {OutsideAnswer::failed, OutsideAnswer::nothing}) {
        const auto bench = bench_at(FixStep::asking_before, scene());
        bench->take(fix_event::OutsideAnswered{before});
        FixAction action = fix_action::Soak();
        while (bench->fsm.step() != FixStep::asking_after)
            action = bench->take(good_event(*bench));
        REQUIRE(std::holds_alternative<fix_action::AskOutside>(action));
        const bool patient = std::get<fix_action::AskOutside>(action).patient;
        CHECK(patient == (before == OutsideAnswer::failed));
    }
}
