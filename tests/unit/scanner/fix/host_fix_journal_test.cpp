// The fix of one host whose journal cannot be written, entry by entry: nothing is done that it does
// not hold, and the next process ends well. And one whose run is left by an exception.
#include "scanner/fix/host_fix.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/scanner/fix/fix_machine.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <csignal>
#include <stdexcept>
#include <sys/resource.h>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

// While it lives, no file of this process grows beyond so many bytes.
class FullDisk {
public:
    explicit FullDisk(std::size_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        auto now = before_;
        now.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &now);
    }

    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

    ~FullDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    void (*handler_)(int);
    rlimit before_{};
};

struct Ran {
    Status status;
    FixStage stage;
    std::vector<JournalEntry> before; // the journal as it was found
};

// One process and one session. full: how much of the journal fits.
Ran one_run(const Scratch& scratch, Session& session, std::optional<std::size_t> full = {}) {
    auto journal = Journal::open(scratch.path("state"), plan_key());
    REQUIRE(journal);
    FixServices services{collector(), changer(), *journal, Policy()};
    const auto host = planned();
    HostFix fix(0, host, services);
    fix.resume(records_of(journal->entries(), 1).front());
    const RecordScript record = [](const Script&) -> Status { return {}; };
    const Target target;
    const auto before = journal->entries();
    std::optional<FullDisk> disk;
    if (full) disk.emplace(*full);
    auto status = run_task([&](HostDeadline& deadline) {
        return fix.run(session, target, deadline, record);
    });
    return {std::move(status), fix.stage(), before};
}

std::string journal_of(const Scratch& scratch) {
    return Scratch::read(scratch.path("state") + "/plans/plan/journal.jsonl");
}

// Where each line of the text begins.
std::vector<std::size_t> line_starts(const std::string& text) {
    std::vector<std::size_t> starts;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
        starts.push_back(at);
    return starts;
}

// entry: the one that does not fit, whole or in part.
void check_full_disk(
    bool deaf, const std::vector<JournalEntry>& entries, std::size_t entry, std::size_t fits
) {
    INFO("deaf " << deaf << ", entry " << entry << ", " << fits << " bytes fit");
    const Scratch scratch;
    Machine machine;
    machine.deaf = deaf;
    FakeSession session(machine);
    const auto failed = one_run(scratch, session, fits);
    REQUIRE_FALSE(failed.status);
    CHECK(failed.status.error().code() == Errc::local_limit);
    CHECK(failed.stage == (entry == 0 ? FixStage::planned : entries[entry - 1].stage));
    if (entry < 2) CHECK(machine.applied == 0); // backed_up, applying
    if (entries[entry].stage == FixStage::rolling_back) CHECK(machine.undone == 0);
    const auto later = one_run(scratch, session);
    CHECK(later.before.size() == entry);
    CHECK(later.status);
    CHECK(later.stage == (deaf ? FixStage::rolled_back : FixStage::verified));
    CHECK(machine.applied == 1);
    CHECK(machine.undone == (deaf ? 1 : 0));
}

// Its first scripts run, and then there is a bug.
class BuggySession final : public Session {
public:
    BuggySession(Machine& machine, int scripts) : whole_(machine), left_(scripts) {}

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline) override {
        if (left_-- == 0) throw std::runtime_error("a bug");
        auto output = co_await whole_.run(script, input, deadline);
        co_return output;
    }

    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    Task<void> close() noexcept override { co_return; }

private:
    FakeSession whole_;
    int left_;
};

} // namespace

TEST_CASE("fix of a host: what its journal cannot hold is not done", "[fix]") {
    for (const bool deaf : {false, true}) {
        const Scratch scratch;
        Machine machine;
        machine.deaf = deaf;
        FakeSession session(machine);
        REQUIRE(one_run(scratch, session).status);
        const auto entries = Journal::read(scratch.path("state"), plan_key());
        REQUIRE(entries);
        const auto starts = line_starts(journal_of(scratch));
        // The first line names the plan; it is written with the first entry.
        REQUIRE(entries->size() + 1 == starts.size());
        REQUIRE(entries->size() == (deaf ? 5 : 4));
        for (std::size_t entry = 0; entry < entries->size(); ++entry) {
            for (const std::size_t torn : {0, 20})
                check_full_disk(deaf, *entries, entry, starts[entry + 1] + torn);
        }
    }
}

TEST_CASE("fix of a host: after an exception it can be given up, or gone on with", "[fix]") {
    for (int scripts = 0; scripts < 4; ++scripts) {
        INFO(scripts);
        const Scratch scratch;
        Machine machine;
        {
            auto journal = Journal::open(scratch.path("state"), plan_key());
            REQUIRE(journal);
            FixServices services{collector(), changer(), *journal, Policy()};
            const auto host = planned();
            HostFix fix(0, host, services);
            BuggySession session(machine, scripts);
            const RecordScript record = [](const Script&) -> Status { return {}; };
            const Target target;
            const auto run = [&](HostDeadline& deadline) {
                return fix.run(session, target, deadline, record);
            };
            CHECK_THROWS_AS(run_task(run), std::runtime_error);
            REQUIRE(fix.give_up("a bug"));
            CHECK(fix.stage() == (scripts < 2 ? FixStage::failed : FixStage::unreachable));
        }
        FakeSession session(machine);
        if (scripts < 2) continue;
        CHECK(one_run(scratch, session).stage == FixStage::verified);
        CHECK(machine.applied == 1);
    }
}
