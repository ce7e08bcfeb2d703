// Which hosts of a plan are visited next, how they are counted, and what makes a plan stop, without
// a connection.
#include "scanner/fix/driver.hpp"
#include "scanner/fix/orders.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_machine.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <ctime>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

using Positions = std::vector<std::size_t>;
using Direction = FixDriver::Direction;

const std::vector<Change> found{{Change::Kind::run, "TermService", "", "stopped", "running"}};

constexpr std::size_t stages = static_cast<std::size_t>(FixStage::rollback_failed) + 1;

// A journal in which each host but the first was backed up, and came to the stage of its number.
Journal journal_of(const std::string& state, bool begun) {
    if (begun) {
        auto journal = Journal::open(state, plan_key());
        REQUIRE(journal);
        for (std::size_t i = 1; i < stages; ++i) {
            REQUIRE(journal->append({i, FixStage::backed_up, "", found, "", 0}));
            const auto stage = static_cast<FixStage>(i);
            if (stage != FixStage::backed_up) REQUIRE(journal->append({i, stage, "", {}, "", 0}));
        }
    }
    auto journal = Journal::open(state, plan_key());
    REQUIRE(journal);
    return *std::move(journal);
}

// A plan with a host for each stage; begun: another process has left them there.
struct Desk {
    explicit Desk(bool begun = false) : journal(journal_of(scratch.path("state"), begun)) {
        for (std::size_t i = 0; i < stages; ++i) {
            PlanHost host;
            host.id = host.name = "h" + std::to_string(i);
            plan.hosts.push_back(host);
            all.push_back(i);
        }
        services.state_dir = scratch.path("state");
        services.plan_id = "plan";
        services.say_host = [](const TerminalText& line) { last_said() = line.str(); };
    }

    // What was said of the latest host.
    static std::string& last_said() {
        static std::string line;
        return line;
    }

    Scratch scratch;
    Plan plan;
    Positions all;
    Journal journal;
    FixServices services{collector(), changer(), journal, Policy(), nullptr, {}, {}, false};
};

HostResult ended(const std::string& id, Outcome outcome, std::string reason = "") {
    HostResult result;
    result.target.id = result.target.name = id;
    result.outcome = outcome;
    result.reason = std::move(reason);
    return result;
}

std::string said(FixDriver& driver, const HostResult& result) {
    Desk::last_said().clear();
    REQUIRE(driver.finished(result));
    return Desk::last_said();
}

} // namespace

TEST_CASE("driver: who is left to be fixed, and who to be undone", "[fix]") {
    Desk desk(true);
    const FixDriver forth(desk.plan, desk.services, Direction::apply);
    // planned 0, backed_up 1, applying 2, applied 3, rolling_back 4, unreachable 7
    CHECK(forth.left_of(desk.all, false) == Positions{0, 1, 2, 3, 4, 7});
    // To 1 nothing was written yet: an expired plan does not begin it.
    CHECK(forth.left_of(desk.all, true) == Positions{2, 3, 4, 7});
    CHECK(forth.left_of({7, 8, 1}, false) == Positions{7, 1});
    CHECK_FALSE(forth.undoes());
    const FixDriver back(desk.plan, desk.services, Direction::undo);
    CHECK(back.undoes());
    // failed 6, verified 8, rollback_failed 10; skipped 5 and rolled_back 9 are as they were
    CHECK(back.left_of(desk.all, false) == Positions{2, 3, 4, 6, 7, 8, 10});
    for (std::size_t i = 0; i < desk.plan.hosts.size(); ++i)
        CHECK(back.count(static_cast<FixStage>(i)) == 1);
}

TEST_CASE("driver: a batch wants its hosts and no other", "[fix]") {
    Desk desk;
    FixDriver driver(desk.plan, desk.services, Direction::apply);
    driver.begin_batch(0, {1, 3});
    Target target;
    for (const auto& [id, wanted] :
         {std::pair{"h1", true},
          std::pair{"h3", true},
          std::pair{"h2", false},
          std::pair{"", false}}) {
        target.id = id;
        CHECK(driver.wants(target) == wanted);
    }
    CHECK(driver.batch_size() == 2);
    driver.begin_batch(1, {2});
    CHECK(driver.batch_size() == 1);
    target.id = "h1";
    CHECK_FALSE(driver.wants(target));
}

TEST_CASE("driver: a host that was not reached, and one that was not tried", "[fix]") {
    Desk desk;
    FixDriver driver(desk.plan, desk.services, Direction::apply);
    driver.begin_batch(1, {0, 1, 2, 3});
    auto lost = ended("h0", Outcome::unreachable);
    Attempt attempt;
    attempt.error = Error(Phase::connect, Errc::timed_out, "nobody answered");
    lost.attempts = {attempt};
    CHECK(said(driver, lost) == "h0  failed  nobody answered\n");
    CHECK(
        said(driver, ended("h1", Outcome::unreachable, "switched off")) ==
        "h1  failed  switched off\n"
    );
    CHECK(said(driver, ended("h2", Outcome::unreachable)) == "h2  failed  it was not reached\n");
    CHECK(driver.count(FixStage::failed) == 3); // nothing was written
    // It stays planned, and going on comes back to it.
    CHECK(said(driver, ended("h3", Outcome::not_attempted)) == "h3  planned\n");
    CHECK(driver.left_of({0, 1, 2, 3}, false) == Positions{3});
    CHECK(driver.count(FixStage::planned) == desk.plan.hosts.size() - 3);
    const auto entries = Journal::read(desk.services.state_dir, plan_key());
    REQUIRE(entries);
    REQUIRE(entries->size() == 3);
    CHECK(entries->front().why == "nobody answered");
    // Where something may have been written, its state is unknown.
    Desk begun(true);
    FixDriver on(begun.plan, begun.services, Direction::apply);
    on.begin_batch(1, {2});
    CHECK(said(on, ended("h2", Outcome::unreachable)) == "h2  unreachable  it was not reached\n");
    CHECK(on.left_of({2}, true) == Positions{2});
}

TEST_CASE("driver: one lost host stops a canary, three in a row a batch of thirty", "[fix]") {
    Desk desk;
    FixDriver canary(desk.plan, desk.services, Direction::apply);
    canary.begin_batch(0, {0});
    CHECK(canary.stop_reason() == std::nullopt);
    canary.started();
    (void)said(canary, ended("h0", Outcome::not_attempted));
    CHECK(canary.stop_reason() == std::nullopt); // it was not even begun
    (void)said(canary, ended("h0", Outcome::unreachable));
    CHECK(canary.stop_reason() == "fix.stop.canary");
    FixDriver undo(desk.plan, desk.services, Direction::undo);
    undo.begin_batch(0, {1});
    (void)said(undo, ended("h1", Outcome::unreachable));
    CHECK(undo.stop_reason() == std::nullopt); // undoing goes on whatever happens
}

TEST_CASE("driver: what each end of a canary means for the plan", "[fix]") {
    const std::pair<FixStage, const char*> rows[] = {
        {FixStage::verified, ""},
        {FixStage::skipped, ""},
        {FixStage::failed, "fix.stop.canary"},
        {FixStage::rolled_back, "fix.stop.canary"},
        {FixStage::rollback_failed, "fix.stop.rollback"}};
    for (const auto& [stage, reason] : rows) {
        INFO(to_string(stage));
        Desk desk(true);
        // How the others ended is known, and counts no more.
        REQUIRE(desk.journal.append({.host = no_host, .of_plan = PlanWord{"rollback", {}}}));
        FixDriver driver(desk.plan, desk.services, Direction::apply);
        const auto at = static_cast<std::size_t>(stage);
        driver.begin_batch(0, {at});
        driver.started();
        CHECK(
            said(driver, ended(desk.plan.hosts[at].id, Outcome::assessed)) ==
            desk.plan.hosts[at].id + "  " + std::string(to_string(stage)) + "\n"
        );
        CHECK(driver.stop_reason().value_or("") == reason);
    }
}

TEST_CASE("driver: orders, control VMs and the window", "[fix]") {
    Desk desk;
    FixDriver driver(desk.plan, desk.services, Direction::apply);
    REQUIRE(give_order(desk.services.state_dir, "plan", FixOrder::pause));
    CHECK(driver.stop_reason() == paused_by_order);
    REQUIRE(give_order(desk.services.state_dir, "plan", FixOrder::abort));
    CHECK(driver.stop_reason() == "fix.stop.abort");
    take_back_order(desk.services.state_dir, "plan");
    CHECK(driver.stop_reason() == std::nullopt);

    using Answers = std::map<std::string, bool>;
    const Answers all{{"a", true}, {"b", true}, {"c", true}};
    CHECK_FALSE(driver.has_looked());
    REQUIRE(driver.take_controls(all));
    CHECK(driver.has_looked());
    CHECK(driver.stop_reason() == std::nullopt);
    REQUIRE(driver.take_controls(all));
    CHECK(driver.stop_reason() == std::nullopt);
    REQUIRE(driver.take_controls({{"a", true}, {"b", false}, {"c", true}}));
    CHECK(driver.controls_before() == all);
    CHECK(driver.stop_reason() == "fix.stop.control");

    FixDriver late(desk.plan, desk.services, Direction::apply);
    // From an hour ago until in two hours, also around midnight.
    const auto now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    constexpr int day = 24 * 60;
    const int minute = local.tm_hour * 60 + local.tm_min;
    MaintenanceWindow window;
    window.days.fill(true);
    window.from = (minute + day - 60) % day;
    window.to = (minute + 120) % day;
    desk.services.window = &window;
    CHECK(late.stop_reason() == std::nullopt);
    // Open, and not for long enough for the soak and a minute.
    desk.services.soak = std::chrono::hours(24);
    CHECK(late.stop_reason() == window_closed);
    desk.services.soak = {};
    window.days.fill(false);
    CHECK(late.stop_reason() == window_closed);
    desk.services.window = nullptr;
    CHECK(late.stop_reason() == std::nullopt);
}
