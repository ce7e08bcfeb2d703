// A plan under way without a VM: which batches are visited, what is said between them, and the exit
// status.
#include "scanner/fix/application.hpp"
#include "scanner/fix/orders.hpp"
#include "scanner/talk/exit_status.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/journal_place.hpp"
#include "tests/unit/scanner/verbs/run_verb.hpp"

#include <fcntl.h>
#include <unistd.h>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

JournalEntry ended(std::size_t host, FixStage stage, std::string why = "") {
    return {.host = host, .stage = stage, .why = std::move(why)};
}

JournalEntry backed_up(std::size_t host) {
    return {.host = host, .stage = FixStage::backed_up, .changes = planned_host().changes};
}

// Four hosts, the first the canary, that no transport here may fix: each visit ends at once.
struct Desk {
    explicit Desk(const std::vector<JournalEntry>& entries = {}) {
        plan.id = "plan";
        plan.batches = {{0}, {1, 2}, {3}};
        for (const auto* name : {"a", "b", "c", "d"}) {
            PlanHost host;
            host.id = host.name = name;
            plan.hosts.push_back(host);
        }
        options.state_dir = place.scratch.path("state");
        options.approve = FixApproval::none;
        scan.state_dir = options.state_dir;
        scan.scope.targets = {"a", "b", "c", "d"};
        scan.scope.transports = {"rdp"};
        scan.handshake = false;
        if (entries.empty()) return;
        auto journal = place.open();
        REQUIRE(journal);
        for (const auto& entry : entries)
            REQUIRE(journal->append(entry));
    }

    Said run(const std::function<int(Application&)>& verb) {
        return run_verb([&] {
            auto journal = place.open();
            REQUIRE(journal);
            Application application(plan, options, scan, *std::move(journal));
            return verb(application);
        });
    }

    // As run(), with stdout going there.
    Said run_to(const char* out, const std::function<int(Application&)>& verb) {
        return run_verb([&] {
            const int file = ::open(out, O_WRONLY | O_CLOEXEC);
            dup2(file, STDOUT_FILENO); // run_verb puts it back
            ::close(file);
            auto journal = place.open();
            REQUIRE(journal);
            Application application(plan, options, scan, *std::move(journal));
            return verb(application);
        });
    }

    Said apply(bool only_begun = false) {
        return run([&](Application& one) { return one.apply(only_begun); });
    }

    Said undo() {
        return run([](Application& one) { return one.undo(); });
    }

    [[nodiscard]] std::string stopped() const { return stop_of(options.state_dir, "plan"); }

    Place place;
    Plan plan;
    FixApplyOptions options;
    ScanOptions scan;
};

} // namespace

TEST_CASE("application: a plan that is done visits nobody", "[fix]") {
    Desk desk(
        {ended(0, FixStage::verified),
         ended(1, FixStage::verified),
         ended(2, FixStage::skipped),
         ended(3, FixStage::verified)}
    );
    desk.scan.scope.targets = {}; // a visit would fail
    const auto said = desk.apply();
    CHECK(said.status == exit_ok);
    CHECK(said.out.empty());
    CHECK(said.err.empty());
}

TEST_CASE("application: what nobody could be told is told at the end", "[fix]") {
    Desk desk;
    const auto said = desk.run_to("/dev/full", [](Application& one) { return one.apply(false); });
    CHECK(said.status == exit_fix_stopped); // the graver news
    CHECK_THAT(
        said.err,
        Catch::Contains("rdpsweep: cannot write stdout: No space left on device (config)\n"
                        "  errno 28\n  next: rdpsweep fix status\n")
    );
    CHECK(desk.stopped() == "canary");
}

TEST_CASE("application: a host that cannot be reached stops the canary, and nobody else is begun") {
    Desk desk;
    const auto said = desk.apply();
    CHECK(said.status == exit_fix_stopped);
    CHECK_THAT(said.out, Catch::StartsWith("a  failed"));
    CHECK(said.out.find("\nb") == std::string::npos);
    CHECK_THAT(said.err, Catch::Contains("rdpsweep: stopped: "));
    CHECK(desk.stopped() == "canary");
    // A process that was killed before it could stop: the next one does, and visits nobody.
    forget_stop(desk.options.state_dir, "plan");
    const auto again = desk.apply();
    CHECK(again.status == exit_fix_stopped);
    CHECK(again.out.empty());
    CHECK(desk.stopped() == "canary");
}

TEST_CASE("application: orders are obeyed before the first host, and the window is", "[fix]") {
    Desk desk;
    const auto& state = desk.options.state_dir;
    REQUIRE(give_order(state, "plan", FixOrder::pause));
    auto said = desk.apply();
    CHECK(said.status == exit_fix_stopped);
    CHECK(said.out.empty());
    CHECK(desk.stopped().empty()); // it only continues later
    REQUIRE(give_order(state, "plan", FixOrder::abort));
    said = desk.apply();
    CHECK(said.status == exit_fix_stopped);
    CHECK(said.out.empty());
    CHECK(desk.stopped() == "abort");
}

TEST_CASE("application: a stop that is there is not replaced, so that each is acknowledged") {
    Desk desk({ended(0, FixStage::rolled_back, "it did not help")});
    REQUIRE(keep_stop(desk.options.state_dir, "plan", "abort"));
    CHECK(desk.apply().status == exit_fix_stopped);
    CHECK(desk.stopped() == "abort");
}

TEST_CASE("application: an expired plan begins no host, and goes on with those it began", "[fix]") {
    Desk desk({ended(0, FixStage::verified), backed_up(1), backed_up(2)});
    CHECK(desk.apply(true).status == exit_ok); // nothing was written to them
    CHECK(desk.apply(true).out.empty());
    {
        auto journal = desk.place.open();
        REQUIRE(journal);
        REQUIRE(journal->append({.host = 2, .stage = FixStage::applying}));
    }
    const auto said = desk.apply(true);
    CHECK(said.status == exit_fix_stopped); // it cannot be reached, and its batch had no other
    CHECK_THAT(said.out, Catch::StartsWith("c  unreachable"));
    CHECK(said.out.find("b  ") == std::string::npos);
}

TEST_CASE("application: the status tells of what was undone, and of what could not be", "[fix]") {
    const auto status = [](FixStage stage) {
        Desk desk(
            {ended(0, FixStage::verified),
             ended(1, stage, "asked for"),
             ended(2, FixStage::verified),
             ended(3, FixStage::verified)}
        );
        return desk.apply().status;
    };
    CHECK(status(FixStage::verified) == exit_ok);
    CHECK(status(FixStage::rolled_back) == exit_fix_undone);
    CHECK(status(FixStage::rollback_failed) == exit_fix_page);
}

TEST_CASE("application: undoing says when there is nothing, and pages when it fails", "[fix]") {
    Desk desk({ended(0, FixStage::failed), backed_up(1)});
    auto said = desk.undo();
    CHECK(said.status == exit_ok);
    CHECK(said.err == "rdpsweep: nothing of this plan is to be undone\n");
    Desk changed({backed_up(2), ended(2, FixStage::applying), ended(2, FixStage::verified)});
    said = changed.undo();
    CHECK(said.status == exit_fix_page);
    CHECK_THAT(said.out, Catch::StartsWith("c  verified") || Catch::StartsWith("c  unreachable"));
    CHECK(said.out.find("a  ") == std::string::npos);
}

TEST_CASE("application: without its targets a batch is not begun", "[fix]") {
    Desk desk;
    desk.scan.scope.targets = {"b"};
    const auto said = desk.apply();
    CHECK(said.status == exit_usage);
    CHECK_THAT(said.err, Catch::Contains("of 1 hosts to visit the inventory has 0"));
    CHECK(desk.place.read()->empty());
}

TEST_CASE("application: after which batches it pauses", "[fix]") {
    for (std::size_t batch = 0; batch < 5; ++batch) {
        INFO(batch);
        CHECK(pauses_after(FixApproval::batch, batch, 2));
        CHECK(pauses_after(FixApproval::canary, batch, 2) == (batch == 1)); // the last canary
        CHECK_FALSE(pauses_after(FixApproval::canary, batch, 0));           // there is none
        CHECK_FALSE(pauses_after(FixApproval::none, batch, 2));
    }
}
