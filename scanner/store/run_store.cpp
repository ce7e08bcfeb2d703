// Writes a run's lines to disk while it goes on.
#include "scanner/store/run_store.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/store/packed_records.hpp"
#include "scanner/system/write_all.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

constexpr auto sync_interval = std::chrono::milliseconds(250);

Error store_error(const std::string& what, const std::string& path, int code) {
    return Error(Phase::config, Errc::local_limit, what + " " + path + ": " + std::strerror(code))
        .with_native("errno " + std::to_string(code))
        .with_hint("is the disk full, and is --state DIR writable?");
}

Result<StateFolder>
run_folder(const std::string& state_dir, const std::string& id, IfMissing missing) {
    const auto state = StateFolder::open(state_dir, missing);
    if (!state) return state.error();
    const auto runs = state->folder("runs", missing);
    if (!runs) return runs.error();
    return runs->folder(id, missing);
}

} // namespace

RunStore::RunStore(StateFolder folder, Descriptor hosts, Say say, RunExtras extras)
    : folder_(std::move(folder)), hosts_(std::move(hosts)), say_(std::move(say)),
      extras_(std::move(extras)),
      length_(static_cast<std::size_t>(std::max<off_t>(0, lseek(hosts_.get(), 0, SEEK_END)))),
      syncer_([this] { keep_syncing(); }) {}

RunStore::~RunStore() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    syncer_.join();
    fsync(hosts_.get());
}

Result<std::unique_ptr<RunStore>>
RunStore::create(const std::string& state_dir, const RunInfo& run, Say say, RunExtras extras) {
    auto folder = run_folder(state_dir, run.id, IfMissing::make);
    if (!folder) return std::move(folder).error();
    return begin(*std::move(folder), run, std::move(say), std::move(extras));
}

Result<std::unique_ptr<RunStore>>
RunStore::reopen(const std::string& state_dir, const RunInfo& run, Say say, RunExtras extras) {
    auto folder = run_folder(state_dir, run.id, IfMissing::fail);
    if (!folder) return std::move(folder).error();
    auto there = unpack_records(*folder);
    if (!there) return std::move(there).error();
    return begin(*std::move(folder), run, std::move(say), std::move(extras));
}

Result<std::unique_ptr<RunStore>>
RunStore::begin(StateFolder folder, const RunInfo& run, Say say, RunExtras extras) {
    auto hosts = folder.file(records_name, O_RDWR | O_CREAT | O_APPEND);
    if (!hosts) return std::move(hosts).error();

    struct stat about {};

    // What has no name any more was compressed since it was opened: by whoever had it locked.
    const bool ours = flock(hosts->get(), LOCK_EX | LOCK_NB) == 0 &&
                      fstat(hosts->get(), &about) == 0 && about.st_nlink > 0;
    if (!ours) {
        return Error(Phase::config, Errc::taken, "run " + run.id + " is still being written")
            .with_hint("wait for the other rdpsweep, or start a new run");
    }
    std::unique_ptr<RunStore> store(
        new RunStore(std::move(folder), *std::move(hosts), std::move(say), std::move(extras))
    );
    store->cut_torn_line();
    store->begun_at_ = store->length_;
    auto written = store->write_run(run, nullptr);
    if (!written) return std::move(written).error();
    return store;
}

// A run that was killed may have left half a line: that host was not finished.
void RunStore::cut_torn_line() {
    char last = '\n';
    auto end = length_;
    while (end > 0 && pread(hosts_.get(), &last, 1, static_cast<off_t>(end - 1)) == 1 &&
           last != '\n') {
        --end;
    }
    if (end == length_ || ftruncate(hosts_.get(), static_cast<off_t>(end)) != 0) return;
    length_ = end;
    lseek(hosts_.get(), static_cast<off_t>(end), SEEK_SET);
}

void RunStore::keep_syncing() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wake_.wait_for(lock, sync_interval, [this] { return stopping_; });
        if (!dirty_.exchange(false)) continue;
        lock.unlock();
        // The kernel reports a write that failed behind our back once: keep it.
        if (fdatasync(hosts_.get()) != 0) sync_error_ = errno;
        lock.lock();
    }
}

Status RunStore::append(std::string_view line) {
    const int failed = write_all(hosts_.get(), line);
    if (failed != 0) {
        // Cut the torn line off, so that what was stored before stays readable.
        if (ftruncate(hosts_.get(), static_cast<off_t>(length_)) == 0) {
            lseek(hosts_.get(), static_cast<off_t>(length_), SEEK_SET);
        }
        return store_error("cannot write", folder_.path_of(records_name), failed);
    }
    length_ += line.size();
    dirty_ = true;
    if (const int code = sync_error_; code != 0) {
        return store_error("cannot keep", folder_.path_of(records_name), code);
    }
    return {};
}

Status RunStore::started(std::size_t index, const std::string& target_id) {
    nlohmann::json record{{"record", "started"}, {"index", index}, {"id", target_id}};
    return append(dump_json(record) + "\n");
}

std::string RunStore::text_of(const HostResult& host) const {
    return to_json_text(host, say_);
}

Status RunStore::finished(std::size_t index, std::string_view json) {
    std::string line;
    line.reserve(finished_prefix.size() + json.size() + 40); // with the digits of a number
    line.append(finished_prefix).append(std::to_string(index));
    line.append(R"(,"host":)").append(json).append("}\n");
    return append(line);
}

Status RunStore::write_run(const RunInfo& run, const Totals* totals) const {
    RunDocument document{run, extras_.marks, extras_.options, {}};
    if (totals != nullptr) document.totals = *totals;
    const auto text = to_json_text(document, say_);
    if (!text) return text.error();
    return folder_.replace("run.json", *text);
}

Status RunStore::close(const RunInfo& run, const Totals& totals) {
    const int late = sync_error_;
    if (late != 0) return store_error("cannot keep", folder_.path_of(records_name), late);
    if (fsync(hosts_.get()) != 0) return store_error("cannot sync", folder_.path(), errno);
    return write_run(run, &totals);
}

} // namespace rdpsweep
