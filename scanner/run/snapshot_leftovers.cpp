// Asks Azure for each, all at once, on the run's own lane before its sweep.
#include "scanner/run/snapshot_leftovers.hpp"

#include "core/run_until.hpp"
#include "core/spawn.hpp"
#include "core/text.hpp"
#include "scanner/store/snapshot_journal.hpp"
#include "transports/azure/snapshot.hpp"

#include <ctime>
#include <optional>
#include <utility>

namespace rdpsweep {

namespace {

using azure::Removal;

constexpr auto patience = std::chrono::minutes(2); // for all of them together

// A request that was on its way when the run was killed has come to be by then, or never will
// (ARM answers within 60 s).
constexpr std::int64_t settled = 10 * 60;

std::string snapshot_name(const std::string& id) {
    return id.substr(id.rfind('/') + 1);
}

struct Leftover {
    OpenSnapshot open;
    std::optional<Result<Removal>> removal;
};

// Removes all of them, and waits for it.
void remove_all(Ways& ways, std::vector<Leftover>& leftovers) {
    auto& lane = ways.lane();
    HostDeadline deadline(lane.get_executor(), Clock::now() + patience);
    std::size_t done = 0;
    for (auto& leftover : leftovers) {
        auto work = [&ways, &leftover, &deadline, &done]() -> Task<void> {
            auto id = leftover.open.entry.id;
            auto run = leftover.open.entry.run;
            auto removal = co_await azure::remove_snapshot(
                *ways.arm(), std::move(id), std::move(run), deadline
            );
            leftover.removal.emplace(std::move(removal));
            ++done;
        };
        spawn(lane.get_executor(), work);
    }
    (void)run_until(lane, [&] { return done == leftovers.size(); });
    deadline.abort();
    lane.restart();
}

// Returns what became of it, a sentence; and writes down where it is gone.
std::string settle(const Leftover& leftover, SnapshotJournal& journal, std::int64_t now) {
    const auto& entry = leftover.open.entry;
    const auto told = "the snapshot " + snapshot_name(entry.id) + " of run " + entry.run;
    if (!leftover.removal) return told + " was not looked at: Azure did not answer";
    if (!*leftover.removal) {
        const auto& error = leftover.removal->error();
        const auto native = std::string(error.native());
        return told + " is still there: " + std::string(error.detail()) +
               (native.empty() ? "" : " (" + native + ")") + "\n  " + removal_command(entry.id);
    }
    const bool absent = **leftover.removal == Removal::absent;
    if (**leftover.removal == Removal::not_ours) {
        return told +
               " has not our tag, and is left alone; if it is to go: " + removal_command(entry.id);
    }
    // It may come to be: the next run looks.
    if (absent && now - leftover.open.at < settled) return {};
    const auto closed = journal.close(entry.id);
    if (!closed) return told + " is gone, but " + std::string(closed.error().detail());
    return absent ? std::string() : "removed " + told;
}

} // namespace

std::string removal_command(const std::string& id) {
    return "az snapshot revoke-access --ids " + id + "; az snapshot delete --ids " + id;
}

Step<void> begin_snapshots(RunSetup& setup, Speaker& speaker) {
    auto* journal = setup.ways->snapshots();
    if (journal == nullptr) return {};
    journal->begin(setup.run.id, setup.audit);
    auto left = journal->left();
    if (!left) return EarlyEnd(left.error(), exit_failed);
    if (setup.ways->arm() == nullptr) return {}; // no target leads to Azure
    std::vector<Leftover> leftovers;
    const auto& state = setup.options.state_dir;
    for (auto& open : *left) {
        // The lock of our own run is ours: what it left before it was resumed is nobody's.
        const bool lives = open.entry.run != setup.run.id && run_lives(state, open.entry.run);
        const bool elsewhere = open.entry.cloud != setup.ways->arm()->cloud().arm;
        if (!lives && !elsewhere) leftovers.push_back({std::move(open), {}});
    }
    if (leftovers.empty()) return {};
    remove_all(*setup.ways, leftovers);
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    for (const auto& leftover : leftovers) {
        const auto told = settle(leftover, *journal, now);
        if (!told.empty()) speaker.say("rdpsweep: " + printable_lines(told) + "\n");
    }
    return {};
}

void tell_snapshots_left(const RunSetup& setup, Speaker& speaker) {
    const auto* journal = setup.ways->snapshots();
    if (journal == nullptr) return;
    const auto left = journal->left();
    if (!left) return (void)speaker.fail(left.error(), exit_failed);
    for (const auto& open : *left) {
        if (open.entry.run != setup.run.id) continue;
        speaker.say(
            "rdpsweep: the snapshot " + printable(snapshot_name(open.entry.id), 200) +
            " may still be in Azure; the next scan with --disk-snapshots removes it, or\n  " +
            printable(removal_command(open.entry.id), 2000) + "\n"
        );
    }
}

} // namespace rdpsweep
