// Writes a run's lines to disk while it goes on, and reads them back.
#include "scanner/store/run_store.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/store/finished_records.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {
namespace fs = std::filesystem;

namespace {

constexpr auto sync_interval = std::chrono::milliseconds(250);
// For run.json: a command line may be 2 MiB long (execve), and its options are there as well.
constexpr JsonLimits run_limits{.bytes = 8u << 20};

Error store_error(const std::string& what, const std::string& path, int code) {
    return Error(Phase::config, Errc::local_limit, what + " " + path + ": " + std::strerror(code))
        .with_native("errno " + std::to_string(code))
        .with_hint("is the disk full, and is --state DIR writable?");
}

// Returns the Error for a file that a stored run has to have.
Error read_error(const std::string& path, int code) {
    if (code != ENOENT) return store_error("cannot read", path, code);
    return Error(Phase::config, Errc::not_found, "the run is not whole: there is no " + path)
        .with_native("errno " + std::to_string(code))
        .with_hint("was a part of it deleted? Sweep again");
}

Status write_all(int descriptor, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const auto written = write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return store_error("cannot write", path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

std::string runs_folder(const std::string& state_dir) {
    return state_dir + "/runs";
}

Result<std::string> read_record(const std::string& path, std::size_t limit) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return read_error(path, errno);
    std::string text(limit + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > limit) return store_error("is too large:", path, EFBIG);
    return text;
}

std::vector<std::string> run_ids(const std::string& state_dir) {
    std::vector<std::string> ids;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(runs_folder(state_dir), ignored)) {
        if (fs::exists(entry.path() / "run.json", ignored)) {
            ids.push_back(entry.path().filename().string());
        }
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

Result<std::string> resolve_id(const std::string& state_dir, const std::string& id) {
    const auto ids = run_ids(state_dir);
    const auto none = [&](const std::string& what) {
        return Error(Phase::config, Errc::not_found, what)
            .with_hint("runs are kept in " + runs_folder(state_dir) + "; `last` names the newest");
    };
    if (ids.empty()) return none("no run is stored");
    if (id == "last") return ids.back();
    std::vector<std::string> matches;
    for (const auto& candidate : ids) {
        if (candidate == id) return candidate;
        if (candidate.starts_with(id)) matches.push_back(candidate);
    }
    if (matches.size() == 1) return matches.front();
    return none(
        matches.empty() ? "no run begins with " + printable(id, 60)
                        : "several runs begin with " + printable(id, 60)
    );
}

} // namespace

RunStore::RunStore(std::string folder, int descriptor, Say say, std::string options)
    : folder_(std::move(folder)), descriptor_(descriptor), say_(std::move(say)),
      options_(std::move(options)),
      length_(static_cast<std::size_t>(std::max<off_t>(0, lseek(descriptor, 0, SEEK_END)))),
      syncer_([this] { keep_syncing(); }) {}

RunStore::~RunStore() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    syncer_.join();
    fsync(descriptor_);
    ::close(descriptor_);
}

Result<std::unique_ptr<RunStore>>
RunStore::create(const std::string& state_dir, const RunInfo& run, Say say, std::string options) {
    const auto folder = runs_folder(state_dir) + "/" + run.id;
    std::error_code code;
    fs::create_directories(folder, code);
    if (code) return store_error("cannot make", folder, code.value());
    fs::permissions(folder, fs::perms::owner_all, code);
    return reopen(state_dir, run, std::move(say), std::move(options));
}

Result<std::unique_ptr<RunStore>>
RunStore::reopen(const std::string& state_dir, const RunInfo& run, Say say, std::string options) {
    const auto folder = runs_folder(state_dir) + "/" + run.id;
    const auto path = folder + "/hosts.jsonl";
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) return store_error("cannot open", path, errno);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return Error(Phase::config, Errc::taken, "run " + run.id + " is still being written")
            .with_hint("wait for the other rdpsweep, or start a new run");
    }
    std::unique_ptr<RunStore> store(
        new RunStore(folder, descriptor, std::move(say), std::move(options))
    );
    store->cut_torn_line();
    auto written = store->write_run(run, nullptr);
    if (!written) return std::move(written).error();
    return store;
}

// A run that was killed may have left half a line: that host was not finished.
void RunStore::cut_torn_line() {
    char last = '\n';
    auto end = length_;
    while (end > 0 && pread(descriptor_, &last, 1, static_cast<off_t>(end - 1)) == 1 && last != '\n'
    ) {
        --end;
    }
    if (end == length_ || ftruncate(descriptor_, static_cast<off_t>(end)) != 0) return;
    length_ = end;
    lseek(descriptor_, static_cast<off_t>(end), SEEK_SET);
}

void RunStore::keep_syncing() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wake_.wait_for(lock, sync_interval, [this] { return stopping_; });
        if (!dirty_.exchange(false)) continue;
        lock.unlock();
        // The kernel reports a write that failed behind our back once: keep it.
        if (fdatasync(descriptor_) != 0) sync_error_ = errno;
        lock.lock();
    }
}

Status RunStore::append(std::string line) {
    auto written = write_all(descriptor_, line, folder_ + "/hosts.jsonl");
    if (!written) {
        // Cut the torn line off, so that what was stored before stays readable.
        if (ftruncate(descriptor_, static_cast<off_t>(length_)) == 0) {
            lseek(descriptor_, static_cast<off_t>(length_), SEEK_SET);
        }
        return written;
    }
    length_ += line.size();
    dirty_ = true;
    if (const int code = sync_error_; code != 0) {
        return store_error("cannot keep", folder_ + "/hosts.jsonl", code);
    }
    return {};
}

Status RunStore::started(std::size_t index, const std::string& target_id) {
    nlohmann::json record{{"record", "started"}, {"index", index}, {"id", target_id}};
    return append(dump_json(record) + "\n");
}

Status RunStore::finished(const HostResult& host) {
    return append(
        std::string(finished_prefix) + std::to_string(host.index) + R"(,"host":)" +
        to_json_text(host, say_) + "}\n"
    );
}

Status RunStore::write_run(const RunInfo& run, const Totals* totals) const {
    nlohmann::json document{{"schema", "rdpsweep.run/1"}, {"run", to_json(run, say_)}};
    if (totals != nullptr) document["totals"] = to_json(*totals);
    if (!options_.empty()) {
        auto options = parse_json(options_, Phase::config, run_limits);
        if (!options) return std::move(options).error();
        document["options"] = *std::move(options);
    }
    const auto path = folder_ + "/run.json";
    const auto temporary = path + ".new";
    const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return store_error("cannot open", temporary, errno);
    auto written = write_all(descriptor, dump_json(document) + "\n", temporary);
    if (written && fsync(descriptor) != 0) written = store_error("cannot sync", temporary, errno);
    ::close(descriptor);
    if (!written) return written;
    if (rename(temporary.c_str(), path.c_str()) != 0)
        return store_error("cannot name", path, errno);
    return {};
}

Status RunStore::close(const RunInfo& run, const Totals& totals) {
    const int late = sync_error_;
    if (late != 0) return store_error("cannot keep", folder_ + "/hosts.jsonl", late);
    if (fsync(descriptor_) != 0) return store_error("cannot sync", folder_, errno);
    return write_run(run, &totals);
}

StoredRun::StoredRun(std::string folder, RunInfo run, std::string options, bool complete)
    : folder_(std::move(folder)), run_(std::move(run)), options_(std::move(options)),
      complete_(complete) {}

Result<StoredRun> StoredRun::open(const std::string& state_dir, const std::string& id) {
    auto exact = resolve_id(state_dir, id);
    if (!exact) return std::move(exact).error();
    const auto folder = runs_folder(state_dir) + "/" + *exact;
    auto text = read_record(folder + "/run.json", run_limits.bytes);
    if (!text) return std::move(text).error();
    auto document = parse_json(*text, Phase::config, run_limits);
    if (!document) return std::move(document).error();
    if (!document->is_object() || !document->contains("run")) {
        return Error(Phase::config, Errc::malformed_output, folder + "/run.json is not a run");
    }
    auto run = run_from_json((*document)["run"]);
    if (!run) return std::move(run).error();
    const auto kept = document->find("options");
    auto options = kept == document->end() ? std::string() : dump_json(*kept);
    StoredRun stored(folder, std::move(*run), std::move(options), document->contains("totals"));
    auto indexed = stored.index();
    if (!indexed) return std::move(indexed).error();
    return stored;
}

Status StoredRun::index() {
    const auto path = folder_ + "/hosts.jsonl";
    std::ifstream file(path, std::ios::binary);
    if (!file) return read_error(path, errno);
    // Of nothing else is it certain that it ends.
    if (!fs::is_regular_file(path)) return store_error("is no regular file:", path, EINVAL);
    lines_ = find_finished(file);
    return {};
}

Status StoredRun::for_each(const std::function<void(const HostResult&)>& visit) {
    std::ifstream file(folder_ + "/hosts.jsonl", std::ios::binary);
    if (!file) return store_error("cannot read", folder_ + "/hosts.jsonl", errno);
    damaged_ = 0;
    for (const auto& [offset, length] : lines_) {
        if (length == 0) continue;
        std::string line(length, '\0');
        file.seekg(static_cast<std::streamoff>(offset));
        file.read(line.data(), static_cast<std::streamsize>(length));
        JsonLimits limits;
        limits.bytes = longest_record;
        limits.nodes = 2'000'000;
        limits.depth = 48; // facts/1 sits a few levels below the record
        auto record = parse_json(line, Phase::config, limits);
        if (!record || !record->is_object() || !record->contains("host")) {
            // One damaged record must not take the others with it.
            ++damaged_;
            continue;
        }
        auto host = host_from_json((*record)["host"]);
        if (!host) {
            ++damaged_;
            continue;
        }
        visit(*host);
    }
    return {};
}

} // namespace rdpsweep
