// Reads a run back, also one that was killed.
#include "core/json_document.hpp"
#include "core/json_piece.hpp"
#include "core/text.hpp"
#include "scanner/store/run_store.hpp"
#include "scanner/system/descriptor_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

// Says what is missing of a stored run in its own words.
Error read_error(const Error& error, const std::string& path) {
    if (error.code() != Errc::not_found) return error;
    return Error(Phase::config, Errc::not_found, "the run is not whole: there is no " + path)
        .with_hint("was a part of it deleted? Sweep again");
}

Error no_run(const std::string& what, const std::string& runs) {
    return Error(Phase::config, Errc::not_found, what)
        .with_hint("runs are kept in " + runs + "; `last` names the newest");
}

Result<std::string> resolve_id(const StateFolder& runs, const std::string& id) {
    auto ids = runs.folders_with("run.json");
    if (ids.empty()) return no_run("no run is stored", runs.path());
    std::sort(ids.begin(), ids.end());
    if (id == "last") return ids.back();
    std::vector<std::string> matches;
    for (const auto& candidate : ids) {
        if (candidate == id) return candidate;
        if (candidate.starts_with(id)) matches.push_back(candidate);
    }
    if (matches.size() == 1) return matches.front();
    return no_run(
        matches.empty() ? "no run begins with " + printable(id, 60)
                        : "several runs begin with " + printable(id, 60),
        runs.path()
    );
}

Result<StateFolder> open_run(const std::string& state_dir, const std::string& id) {
    const auto none = [&state_dir](const Error& error) {
        const bool missing = error.code() == Errc::not_found && !state_dir.empty();
        return missing ? no_run("no run is stored", state_dir + "/runs") : error;
    };
    const auto state = StateFolder::open(state_dir, IfMissing::fail);
    if (!state) return none(state.error());
    const auto runs = state->folder("runs", IfMissing::fail);
    if (!runs) return none(runs.error());
    const auto exact = resolve_id(*runs, id);
    if (!exact) return exact.error();
    return runs->folder(*exact, IfMissing::fail);
}

// A run.json of another version may mean something else by the same members.
Status check_schema(JsonValue document, const std::string& path) {
    if (!document.find("run"))
        return Error(Phase::config, Errc::malformed_output, path + " is not a run");
    const auto found = document.find("schema");
    const auto schema = found ? found->text().value_or("none") : "none";
    if (schema == run_schema) return {};
    return Error(
               Phase::config,
               Errc::unsupported,
               path + " has the schema " + printable(schema, 60) + "; this version reads " +
                   std::string(run_schema)
    )
        .with_hint("read it with the version of rdpsweep that wrote it, or sweep again");
}

// Reads into line what a record says, or as much of it as there is.
void read_record(int file, const RecordPlace& place, std::string& line) {
    line.reserve(place.length + json_room);
    line.resize(place.length);
    std::size_t had = 0;
    while (had < line.size()) {
        const auto at = static_cast<off_t>(place.offset + had);
        const auto got = pread(file, line.data() + had, line.size() - had, at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        had += static_cast<std::size_t>(got);
    }
    line.resize(had);
}

} // namespace

StoredRun::StoredRun(Descriptor hosts, RunInfo run, std::string options, bool complete)
    : hosts_(std::move(hosts)), run_(std::move(run)), options_(std::move(options)),
      complete_(complete) {}

Result<StoredRun> StoredRun::open(const std::string& state_dir, const std::string& id) {
    const auto folder = open_run(state_dir, id);
    if (!folder) return folder.error();
    const auto path = folder->path_of("run.json");
    const auto text = folder->read("run.json", run_limits.bytes);
    if (!text) return read_error(text.error(), path);
    const auto read = JsonDocument::read(*text, Phase::config, run_limits);
    if (!read) return read.error();
    const auto document = read->root();
    auto known = check_schema(document, path);
    if (!known) return std::move(known).error();
    auto run = run_from_json(*document.find("run"));
    if (!run) return std::move(run).error();
    if (run->targets > most_records)
        return Error(Phase::config, Errc::malformed_output, path + " has too many targets");
    auto hosts = folder->file("hosts.jsonl", O_RDONLY);
    if (!hosts) return read_error(hosts.error(), folder->path_of("hosts.jsonl"));
    const auto kept = document.find("options");
    auto options = kept ? kept->written() : std::string();
    const bool complete = document.find("totals").has_value();
    StoredRun stored(*std::move(hosts), *std::move(run), std::move(options), complete);
    if (!stored.index()) {
        const auto name = folder->path_of("hosts.jsonl");
        return Error(
            Phase::config, Errc::local_limit, "cannot read all of " + printable(name, 1000)
        );
    }
    return stored;
}

// Returns false where the file cannot be read: that must not look like a run that saw nobody.
bool StoredRun::index() {
    DescriptorStream lines{Descriptor(fcntl(hosts_.get(), F_DUPFD_CLOEXEC, 0))};
    lines_ = find_finished(lines, run_.targets == 0 ? most_records : run_.targets);
    return !lines.bad();
}

Status StoredRun::for_each(const std::function<void(const HostResult&)>& visit) {
    return for_each_as_text([&](const HostResult& host, std::string_view) { visit(host); });
}

Status StoredRun::for_each_as_text(const VisitText& visit) {
    damaged_ = 0;
    std::string line;
    for (const auto& place : lines_) {
        read_record(hosts_.get(), place, line);
        const auto host = host_from_json(line, "host");
        // One damaged record must not take the others with it.
        if (!host || host->index != place.index) {
            ++damaged_;
            continue;
        }
        const bool ours = place.offset >= ours_from_;
        visit(*host, ours ? json_piece(line, {"host"}).value_or("") : "");
    }
    return {};
}

} // namespace rdpsweep
