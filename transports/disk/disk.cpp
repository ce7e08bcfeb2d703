// Opens the image, and starts for each answer a process that reads it.
#include "transports/disk/disk.hpp"

#include "core/disk_wire.hpp"
#include "core/foreign_text.hpp"
#include "core/places.hpp"
#include "transports/disk/file_blocks.hpp"
#include "transports/disk/helper_program.hpp"
#include "transports/disk/reading.hpp"
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

class DiskSession final : public Session {
public:
    DiskSession(Shared& shared, std::unique_ptr<Blocks> blocks, std::string file, Attempt& attempt)
        : shared_(shared), blocks_(std::move(blocks)), file_(std::move(file)), attempt_(attempt) {}

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

    Task<void> close() noexcept override { co_return; } // each reader ends with its answer

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
            std::to_string(blocks_->size()),
            nonce,
            std::string(disk_wire::task_facts)};
        auto helper = HelperProcess::start(deadline.executor(), argv);
        if (!helper) co_return std::move(helper).error();
        Reading reading(**helper, *blocks_);
        auto answer = co_await reading.answer(deadline);
        tell(reading);
        co_return answer;
    }

    void tell(const Reading& reading) {
        const auto& budget = reading.budget();
        attempt_.round_trips += static_cast<std::uint32_t>(budget.requests());
        attempt_.bytes_received += budget.bytes();
        attempt_.notes.push_back(Message{"note.disk_file", {{"file", foreign_text(file_)}}});
        if (reading.unread() == 0) return;
        attempt_.notes.push_back(Message{
            "note.disk_unread", {{"count", std::to_string(reading.unread())}}});
    }

    Shared& shared_;
    std::unique_ptr<Blocks> blocks_;
    std::string file_;
    Attempt& attempt_;
};

class DiskTransport final : public Transport {
public:
    explicit DiskTransport(std::string helper) : shared_(std::move(helper)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return transport_name; }

    [[nodiscard]] Login login() const noexcept override { return Login::never; }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential&, HostDeadline& deadline, Attempt& attempt
    ) override {
        attempt.enter(Phase::open);
        if (target.disk.file.empty()) {
            co_return Error(Phase::config, Errc::unsupported, "the target has no disk")
                .with_hint("give it disk: { file: PATH }");
        }
        auto blocks = co_await open_file(target.disk.file, shared_.threads(), deadline);
        if (!blocks) co_return std::move(blocks).error();
        co_return std::unique_ptr<Session>(
            std::make_unique<DiskSession>(shared_, *std::move(blocks), target.disk.file, attempt)
        );
    }

private:
    Shared shared_;
};

} // namespace

Result<std::unique_ptr<Transport>> make_disk(Services& services) {
    return std::unique_ptr<Transport>(std::make_unique<DiskTransport>(services.disk_helper));
}

} // namespace rdpsweep::disk
