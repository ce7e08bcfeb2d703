// Opens the disk, and starts for each answer a process that reads it.
#include "transports/disk/disk.hpp"

#include "core/disk_wire.hpp"
#include "core/foreign_text.hpp"
#include "core/places.hpp"
#include "transports/disk/file_blocks.hpp"
#include "transports/disk/helper_program.hpp"
#include "transports/disk/reading.hpp"
#include "transports/disk/referred_sas.hpp"
#include "transports/disk/snapshot_source.hpp"
#include "transports/disk/waiting.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace rdpsweep::disk {

namespace {

// What all disks of a run share: a few readers at once, and the threads that wait for the media.
struct Shared {
    explicit Shared(std::string program) : helper(std::move(program)) {}

    ~Shared() {
        if (pool) pool->join();
    }

    // Returns the threads, which are started for the first disk.
    asio::thread_pool& threads() { return pool ? *pool : pool.emplace(limits::disk_threads); }

    std::string helper; // empty: looked for
    Places readers{limits::disk_readers};
    std::optional<asio::thread_pool> pool;
};

Error no_script() {
    return Error(Phase::run, Errc::unsupported, "a disk runs no script: it is only read")
        .with_hint("mend the VM itself, over another transport");
}

Error no_disk(const Target& target) {
    return Error(Phase::config, Errc::unsupported, "the target has no disk")
        .with_hint(
            target.vm.empty() ? "give it disk: { file: PATH }"
                              : "scan with --disk-snapshots: a snapshot of its OS disk is made and "
                                "deleted; or give it disk: { snapshot: ID }"
        );
}

// A disk, and what it is read by.
struct OpenDisk {
    std::unique_ptr<SasSource> source;        // of blocks; null: it needs none, or
    std::unique_ptr<SnapshotSource> snapshot; // has this one
    std::unique_ptr<Blocks> blocks;
    std::string file; // empty: it is none of this machine
};

class DiskSession final : public Session {
public:
    DiskSession(Shared& shared, OpenDisk disk, Attempt& attempt)
        : shared_(shared), disk_(std::move(disk)), attempt_(attempt) {}

    Task<std::optional<Result<std::string>>>
    facts(const std::string& nonce, HostDeadline& deadline) override {
        auto place = co_await take_place(deadline);
        if (!place) co_return Result<std::string>(time_is_over(deadline));
        attempt_.enter(Phase::run);
        auto answer = co_await read(nonce, deadline);
        co_return std::optional<Result<std::string>>(std::move(answer));
    }

    Task<Result<CommandOutput>> run(const Script&, const ScriptInput&, HostDeadline&) override {
        co_return no_script();
    }

    // What open() has read of the disk is all that there is to prove.
    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    // Each reader ends with its answer. What is left of a snapshot is said, and is in the ledger.
    Task<void> close() noexcept override {
        disk_.blocks.reset();
        const auto snapshot = std::move(disk_.snapshot);
        if (!snapshot) co_return;
        const auto gone = co_await snapshot->finish();
        if (gone) co_return;
        attempt_.notes.push_back(Message{
            "note.disk_snapshot_left", {{"why", std::string(gone.error().detail())}}});
    }

private:
    // The host does not cause this wait, so its clock stands still.
    Task<Places::Place> take_place(HostDeadline& deadline) {
        const auto hold = deadline.hold();
        co_return co_await shared_.readers.enter(deadline);
    }

    Task<Result<std::string>> read(const std::string& nonce, HostDeadline& deadline) {
        if (deadline.expired()) co_return time_is_over(deadline); // it could not be recorded
        auto program = find_helper(shared_.helper);
        if (!program) co_return std::move(program).error();
        const std::vector<std::string> argv{
            *std::move(program),
            std::to_string(disk_.blocks->size()),
            nonce,
            std::string(disk_wire::task_facts)};
        auto helper = HelperProcess::start(deadline.executor(), argv);
        if (!helper) co_return std::move(helper).error();
        Reading reading(**helper, *disk_.blocks);
        auto answer = co_await reading.answer(deadline);
        tell(reading);
        co_return answer;
    }

    void tell(const Reading& reading) {
        const auto& budget = reading.budget();
        if (!disk_.blocks->counts_itself()) {
            attempt_.round_trips += static_cast<std::uint32_t>(budget.requests());
            attempt_.bytes_received += budget.bytes();
        }
        if (!disk_.file.empty()) {
            attempt_.notes.push_back(Message{"note.disk_file", {{"file", foreign_text(disk_.file)}}}
            );
        }
        for (auto& note : disk_.blocks->notes())
            attempt_.notes.push_back(std::move(note));
        if (reading.unread() == 0) return;
        attempt_.notes.push_back(Message{
            "note.disk_unread", {{"count", std::to_string(reading.unread())}}});
    }

    Shared& shared_;
    OpenDisk disk_;
    Attempt& attempt_;
};

class DiskTransport final : public Transport {
public:
    explicit DiskTransport(Services& services)
        : services_(services), shared_(services.disk_helper) {
        if (services.azure != nullptr) snapshots_.emplace(*services.azure, services.snapshots);
    }

    [[nodiscard]] std::string_view name() const noexcept override { return transport_name; }

    [[nodiscard]] Login login() const noexcept override { return Login::never; }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential&, HostDeadline& deadline, Attempt& attempt
    ) override {
        attempt.enter(Phase::open);
        OpenDisk disk;
        auto opened = co_await open_disk(target, disk, deadline, attempt);
        if (!opened) co_return std::move(opened).error();
        co_return std::unique_ptr<Session>(
            std::make_unique<DiskSession>(shared_, std::move(disk), attempt)
        );
    }

private:
    Task<Status>
    open_disk(const Target& target, OpenDisk& disk, HostDeadline& deadline, Attempt& attempt) {
        const auto& image = *target.disk;
        if (image.file.empty() && !image.by_sas()) {
            auto opened = co_await open_snapshot(target, disk, deadline, attempt);
            co_return opened;
        }
        Result<std::unique_ptr<Blocks>> blocks = std::unique_ptr<Blocks>();
        if (image.by_sas()) {
            disk.source = std::make_unique<ReferredSas>(image, services_, shared_.threads());
            blocks = co_await open_sas(*disk.source, services_, deadline, attempt);
        } else {
            disk.file = image.file;
            blocks = co_await open_file(image.file, shared_.threads(), deadline);
        }
        if (!blocks) co_return std::move(blocks).error();
        disk.blocks = *std::move(blocks);
        co_return Status();
    }

    Task<Status>
    open_snapshot(const Target& target, OpenDisk& disk, HostDeadline& deadline, Attempt& attempt) {
        auto snapshot = co_await snapshot_of(target, deadline);
        if (!snapshot) co_return std::move(snapshot).error();
        disk.snapshot = *std::move(snapshot);
        disk.snapshot->tell(attempt);
        auto blocks = co_await open_sas(*disk.snapshot, services_, deadline, attempt);
        if (blocks) {
            disk.blocks = *std::move(blocks);
            co_return Status();
        }
        // There is no session yet that would end it.
        (void)co_await disk.snapshot->finish();
        co_return std::move(blocks).error();
    }

    Task<Result<std::unique_ptr<SnapshotSource>>>
    snapshot_of(const Target& target, HostDeadline& deadline) {
        const bool given = !target.disk->snapshot.empty();
        if (snapshots_ && given) {
            auto found = co_await snapshots_->find(target.disk->snapshot, deadline);
            co_return found;
        }
        if (snapshots_ && snapshots_->may_make() && !target.vm.empty()) {
            auto made = co_await snapshots_->make(target.vm, deadline);
            co_return made;
        }
        co_return no_disk(target);
    }

    Services& services_;
    std::optional<Snapshots> snapshots_; // none where no target leads to Azure
    Shared shared_;
};

} // namespace

Result<std::unique_ptr<Transport>> make_disk(Services& services) {
    return std::unique_ptr<Transport>(std::make_unique<DiskTransport>(services));
}

} // namespace rdpsweep::disk
