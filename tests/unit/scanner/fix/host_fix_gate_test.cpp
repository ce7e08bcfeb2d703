// The fix of a host whose RDP moves, and the port that is opened for it in the cloud's network: it
// is closed where nothing came of it, and what stays open is told.
#include "scanner/fix/host_fix.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/scanner/fix/fix_machine.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

using Calls = std::vector<std::string>;

// Azure's network, which does what it is told unless it says otherwise.
class Gate final : public VmGuard {
public:
    Calls calls;
    std::optional<Error> no_open, no_close;

    Task<Result<std::string>> objection(const Target&, HostDeadline&) override {
        co_return std::string();
    }

    Task<Result<std::string>> snapshot(const Target&, const std::string&, HostDeadline&) override {
        co_return std::string("/copies/1");
    }

    Task<Result<std::string>>
    open_port(const Target&, const PortMove& move, HostDeadline&) override {
        calls.push_back("open " + std::to_string(move.from) + " " + std::to_string(move.to));
        if (no_open) co_return *no_open;
        co_return std::string("nsg/rule");
    }

    Task<Status> close_port(const Target&, const PortMove& move, HostDeadline&) override {
        calls.push_back("close " + std::to_string(move.to));
        if (no_close) co_return *no_close;
        co_return Status();
    }
};

// A Windows on which somebody moves RDP elsewhere before a script of ours that writes.
class Moved final : public Session {
public:
    Moved(Machine& machine, std::string to) : whole_(machine), machine_(machine), to_(to) {}

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline) override {
        const bool writes = input.arguments().find("\"apply\"") != std::string_view::npos;
        if (writes && !to_.empty()) machine_.values["PortNumber"] = to_;
        auto output = co_await whole_.run(script, input, deadline);
        co_return output;
    }

    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    Task<void> close() noexcept override { co_return; }

private:
    FakeSession whole_;
    Machine& machine_;
    std::string to_;
};

PlanHost moving() {
    auto host = planned_host();
    host.changes = {
        {Change::Kind::value, "K", "PortNumber", "dword:3389", "dword:3390"},
        {Change::Kind::firewall, "rdpsweep", "rule", "absent", "rule:3390"}};
    return host;
}

// A host that an earlier process left while it wrote: all is as planned after.
struct Desk {
    Desk() : journal(begun(scratch.path("state"))) {
        machine.values["PortNumber"] = "dword:3390";
        machine.values["rule"] = "rule:3390";
        services.choices.open_nsg = 300;
        services.guard = &gate;
    }

    static Journal begun(const std::string& state) {
        {
            auto journal = Journal::open(state, plan_key());
            REQUIRE(journal);
            REQUIRE(journal->append(
                {.host = 0, .stage = FixStage::backed_up, .changes = moving().changes}
            ));
            REQUIRE(journal->append({.host = 0, .stage = FixStage::applying, .gate = true}));
        }
        auto journal = Journal::open(state, plan_key());
        REQUIRE(journal);
        return *std::move(journal);
    }

    // "skipped: why", or the error that the run ended with. to: where somebody else moves RDP.
    std::string run(std::string to, bool undo = false) {
        HostFix fix(0, host, services);
        fix.resume(records_of(journal.entries(), 1).front());
        if (undo) fix.undo_instead();
        Moved session(machine, std::move(to));
        Target target;
        target.vm = vm;
        const RecordScript record = [](const Script&) -> Status { return {}; };
        const auto status = run_task([&](HostDeadline& deadline) {
            return fix.run(session, target, deadline, record);
        });
        if (!status) return std::string(status.error().detail());
        return std::string(to_string(fix.stage())) + ": " + fix.why();
    }

    // The notes of all entries of that stage.
    [[nodiscard]] Calls told(FixStage stage) const {
        Calls notes;
        for (const auto& entry : journal.entries()) {
            if (entry.stage == stage) notes.push_back(entry.why);
        }
        return notes;
    }

    Scratch scratch;
    Machine machine;
    Gate gate;
    std::string vm = "/subscriptions/s/vm";
    PlanHost host = moving();
    Journal journal;
    FixServices services{collector(), changer(), journal, Policy()};
};

const std::string unlike = "it is neither as planned nor done";

} // namespace

TEST_CASE("fix of a host: a port is closed again where the host had drifted", "[fix]") {
    Desk desk;
    CHECK(desk.run("dword:7") == "skipped: " + unlike);
    CHECK(desk.gate.calls == Calls{"open 3389 3390", "close 3390"});
    CHECK(desk.machine.applied + desk.machine.undone == 0);
    CHECK(desk.machine.values["PortNumber"] == "dword:7"); // somebody else's, and left alone
    CHECK_FALSE(records_of(desk.journal.entries(), 1).front().may_be_changed());
}

TEST_CASE("fix of a host: a port that cannot be closed after drift is told", "[fix]") {
    Desk desk;
    desk.gate.no_close = Error(Phase::inventory, Errc::access_denied, "Azure said no");
    CHECK(
        desk.run("dword:7") ==
        "rollback_failed: its rule in Azure's network stays: Azure said no; run fix rollback PLAN "
        "again, or delete it by hand; undone because its rule in Azure's network stays: Azure said "
        "no; run fix rollback PLAN again, or delete it by hand"
    );
    CHECK(desk.gate.calls == Calls{"open 3389 3390", "close 3390", "close 3390"});
    // The next command does it.
    desk.gate.no_close.reset();
    desk.gate.calls.clear();
    desk.machine.values["PortNumber"] = "dword:3389";
    CHECK(desk.run("", true) == "rolled_back: asked for");
    CHECK(desk.gate.calls == Calls{"close 3390"});
}

TEST_CASE("fix of a host: a connection to Azure that is lost leaves the host to be gone on with") {
    Desk desk;
    desk.gate.no_close = Error(Phase::connect, Errc::timed_out, "nobody answered");
    CHECK(desk.run("dword:7") == "nobody answered");
    CHECK(records_of(desk.journal.entries(), 1).front().gated);
    desk.gate.no_close.reset();
    // Now it is found to be neither before nor after.
    CHECK(
        desk.run("") ==
        "rollback_failed: " + unlike + "; undone because the connection was lost half-way"
    );
    CHECK(desk.gate.calls.back() == "close 3390");
}

TEST_CASE("fix of a host: what cannot be opened is not changed", "[fix]") {
    Desk desk;
    desk.gate.no_open = Error(Phase::config, Errc::unsupported, "two rules allow the old port");
    CHECK(desk.run("") == "rolled_back: two rules allow the old port");
    CHECK(desk.gate.calls == Calls{"open 3389 3390", "close 3390"});
    CHECK(desk.machine.applied == 0);
    CHECK(desk.machine.values["PortNumber"] == "dword:3389");
}

TEST_CASE("fix of a host: what was opened is written down, and closed with the undo", "[fix]") {
    Desk desk;
    CHECK(desk.run("") == "rolled_back: TLS.PROTO is still broken");
    CHECK(desk.gate.calls == Calls{"open 3389 3390", "close 3390"});
    CHECK(desk.told(FixStage::applied) == Calls{"opened in Azure's network: nsg/rule"});
    CHECK(desk.machine.values["PortNumber"] == "dword:3389");
}

TEST_CASE("fix of a host: an undo without Azure is none, and says what is left", "[fix]") {
    const std::string left =
        "rollback_failed: it is as it was, but port 3390 stays open in Azure's network: Azure was "
        "not asked about this VM. Run fix rollback PLAN again where the inventory has its ARM id, "
        "or delete the rule by hand";
    for (const bool no_guard : {false, true}) {
        INFO(no_guard);
        Desk desk;
        if (no_guard)
            desk.services.guard = nullptr;
        else
            desk.vm.clear();
        CHECK(desk.run("", true) == left);
        CHECK(desk.machine.values["PortNumber"] == "dword:3389");
        CHECK(desk.gate.calls.empty());
        CHECK(records_of(desk.journal.entries(), 1).front().may_be_changed());
        desk.services.guard = &desk.gate;
        desk.vm = "/subscriptions/s/vm";
        CHECK(desk.run("", true) == "rolled_back: asked for");
        CHECK(desk.gate.calls == Calls{"close 3390"});
        CHECK_FALSE(records_of(desk.journal.entries(), 1).front().may_be_changed());
    }
}
