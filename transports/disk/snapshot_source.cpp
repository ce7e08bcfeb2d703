// The order of things: looked at, written down, made, read; then the access is ended, the snapshot
// deleted, and that written down.
#include "transports/disk/snapshot_source.hpp"

#include "core/foreign_text.hpp"
#include "core/log.hpp"
#include "transports/azure/rows.hpp"
#include "transports/disk/waiting.hpp"

#include <optional>
#include <utility>

namespace rdpsweep::disk {

namespace {

using namespace std::chrono_literals;
using azure::Existence;
using azure::Removal;

// For what is done when the host's own time is over. Azure takes seconds for it, more when it is
// busy.
constexpr auto time_to_end = 30s;
constexpr auto time_to_remove = 60s;

// A request whose answer was lost may still make a snapshot: so often it is looked for.
constexpr int looks_in_all = 3;
constexpr auto before_next_look = 1s;

class GivenSnapshot final : public SnapshotSource {
public:
    GivenSnapshot(azure::Arm& arm, azure::SnapshotView view) : arm_(arm), view_(std::move(view)) {}

    Task<Result<Secret>> url(bool /*again*/, HostDeadline& deadline) override {
        begun_ = true;
        auto sas = co_await azure::begin_access(arm_, view_.id, deadline);
        co_return sas;
    }

    void tell(Attempt& attempt) const override {
        attempt.notes.push_back(Message{
            "note.disk_snapshot", {{"snapshot", foreign_text(view_.id, 300)}}});
    }

    // Whoever else was reading it would lose their access with ours, which ends by itself.
    Task<Status> finish() override {
        if (!std::exchange(begun_, false) || view_.being_read) co_return Status();
        const auto executor = co_await asio::this_coro::executor;
        HostDeadline deadline(executor, Clock::now() + time_to_end);
        auto ended = co_await azure::end_access(arm_, view_.id, deadline);
        co_return ended;
    }

private:
    azure::Arm& arm_;
    azure::SnapshotView view_;
    bool begun_ = false;
};

class MadeSnapshot final : public SnapshotSource {
public:
    MadeSnapshot(
        azure::Arm& arm,
        azure::SnapshotLedger& ledger,
        azure::SnapshotOrder order,
        Places::Place place
    )
        : arm_(arm), ledger_(ledger), order_(std::move(order)), place_(std::move(place)) {}

    Task<Status> prepare(std::string vm, HostDeadline& deadline) {
        const azure::SnapshotEntry entry{order_.id, order_.run, std::move(vm), arm_.cloud().arm};
        auto written = ledger_.open(entry);
        if (!written) co_return written;
        there_ = Existence::perhaps;
        auto made = co_await azure::make_snapshot(arm_, order_, deadline);
        there_ = made.there;
        co_return std::move(made.done);
    }

    Task<Result<Secret>> url(bool /*again*/, HostDeadline& deadline) override {
        auto sas = co_await azure::begin_access(arm_, order_.id, deadline);
        co_return sas;
    }

    void tell(Attempt& attempt) const override {
        attempt.notes.push_back(Message{
            "note.disk_snapshot_made", {{"snapshot", foreign_text(order_.id, 300)}}});
        if (order_.disk.down_since.empty()) return;
        attempt.notes.push_back(Message{
            "note.disk_released", {{"since", foreign_text(order_.disk.down_since, 40)}}});
    }

    Task<Status> finish() override {
        Status gone;
        if (there_ && *there_ != Existence::no) gone = co_await remove();
        if (gone && there_) gone = ledger_.close(order_.id);
        there_.reset();
        place_.give_back();
        if (!gone) log_left(gone.error());
        co_return gone;
    }

private:
    Task<Status> remove() {
        const auto executor = co_await asio::this_coro::executor;
        HostDeadline deadline(executor, Clock::now() + time_to_remove);
        for (int looks = 1;; ++looks) {
            auto removal = co_await azure::remove_snapshot(arm_, order_.id, order_.run, deadline);
            if (!removal) co_return std::move(removal).error();
            if (*removal == Removal::not_ours) {
                co_return left("the snapshot lacks our tag, and was left alone");
            }
            if (*removal == Removal::removed || *there_ == Existence::yes) co_return Status();
            if (looks == looks_in_all) break;
            const bool slept = co_await deadline.sleep(before_next_look);
            if (!slept) break;
        }
        co_return left("the answer was lost, and no snapshot is there: it may come to be");
    }

    [[nodiscard]] Error left(const char* why) const {
        return Error(Phase::open, Errc::nonzero_exit, why)
            .with_native(foreign_text(order_.id, 300))
            .with_hint("rdpsweep doctor says what is left, and the command that removes it");
    }

    void log_left(const Error& error) const {
        log_line(
            {LogLevel::warn, "", "open", error.detail()},
            {{"snapshot", foreign_text(order_.id, 300)}, {"native", std::string(error.native())}}
        );
    }

    azure::Arm& arm_;
    azure::SnapshotLedger& ledger_;
    azure::SnapshotOrder order_;
    Places::Place place_;
    std::optional<Existence> there_; // nothing: it was not asked for
};

Error locked(const azure::Lock& lock) {
    return Error(
               Phase::open,
               Errc::blocked_by_policy,
               "no snapshot is made where a lock would keep it: " + foreign_text(lock.level, 40) +
                   " " + foreign_text(lock.name, 100)
    )
        .with_native("lock on " + foreign_text(lock.scope, 200))
        .with_hint("az lock list shows who locks what; or read a snapshot: --snapshot-id ID");
}

} // namespace

Task<Result<std::unique_ptr<SnapshotSource>>>
Snapshots::find(std::string id, HostDeadline& deadline) {
    auto view = co_await azure::find_snapshot(arm_, std::move(id), deadline);
    if (!view) co_return std::move(view).error();
    co_return std::unique_ptr<SnapshotSource>(
        std::make_unique<GivenSnapshot>(arm_, *std::move(view))
    );
}

// Looks for a lock under which it could not be made, or never be removed. One on the VM or its disk
// says nothing against a snapshot.
Task<Status> Snapshots::check_locks(const azure::OsDisk& disk, HostDeadline& deadline) {
    auto subscription = azure::part_of(disk.id, "subscriptions");
    const auto group = "/subscriptions/" + subscription + "/resourceGroups/" +
                       azure::part_of(disk.id, "resourceGroups");
    auto read = co_await locks_.read(std::move(subscription), deadline);
    if (!read) co_return azure::while_doing("the locks cannot be looked at", read.error());
    if (const auto* lock = locks_.on(group)) co_return locked(*lock);
    co_return Status();
}

Task<Result<std::unique_ptr<SnapshotSource>>>
Snapshots::make(std::string vm, HostDeadline& deadline) {
    auto disk = co_await azure::find_os_disk(arm_, vm, deadline);
    if (!disk) co_return std::move(disk).error();
    Places::Place place;
    {
        const auto hold = deadline.hold(); // the host does not cause this wait
        place = co_await places_.enter(deadline);
    }
    if (!place) co_return time_is_over(deadline).in_phase(Phase::open);
    auto free = co_await check_locks(*disk, deadline);
    if (!free) co_return std::move(free).error();
    const auto& run = ledger_->run();
    azure::SnapshotOrder order{azure::new_snapshot_id(disk->id, run), *std::move(disk), run};
    auto made = std::make_unique<MadeSnapshot>(arm_, *ledger_, std::move(order), std::move(place));
    auto ready = co_await made->prepare(std::move(vm), deadline);
    if (ready) co_return std::unique_ptr<SnapshotSource>(std::move(made));
    (void)co_await made->finish();
    co_return std::move(ready).error();
}

} // namespace rdpsweep::disk
