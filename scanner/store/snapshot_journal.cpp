// A line for each snapshot that is about to be made, and one for each that is gone.
#include "scanner/store/snapshot_journal.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/system/read_file.hpp"
#include "scanner/system/write_all.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

using nlohmann::json;

constexpr auto file_name_of = "snapshots.jsonl";
constexpr std::size_t largest = 16u << 20;      // 20,000 snapshots that nobody tidied up
constexpr std::size_t worth_fitting = 1u << 20; // beyond it, lines of what is gone are taken out
constexpr auto reading = "the journal of snapshots cannot be read";
constexpr auto writing = "the journal of snapshots cannot be written";
constexpr JsonLimits line_limits{.bytes = 16u << 10, .depth = 2, .nodes = 32};

Error system_error(const char* what, int code) {
    return Error(Phase::config, Errc::local_limit, std::string(what) + ": " + std::strerror(code))
        .with_native("errno " + std::to_string(code))
        .with_hint("no snapshot is made that could not be written down; rdpsweep doctor");
}

Error damaged(std::size_t number) {
    return Error(
               Phase::config,
               Errc::malformed_output,
               "the journal of snapshots is damaged at line " + std::to_string(number)
    )
        .with_native("snapshots.jsonl:" + std::to_string(number))
        .with_hint("look at that line and correct it, or take it out: each names a snapshot that "
                   "may still be there (az snapshot list)");
}

std::string text_of(const json& line, const char* name) {
    const auto found = line.find(name);
    return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string line_of(const OpenSnapshot& open) {
    const json line{
        {"at", to_iso8601(open.at)},
        {"what", "make"},
        {"id", open.entry.id},
        {"run", open.entry.run},
        {"vm", open.entry.vm},
        {"cloud", open.entry.cloud}};
    return dump_json(line) + "\n";
}

// Takes a line in. False: it is none of ours.
bool take(std::string_view text, std::vector<OpenSnapshot>& open) {
    const auto line = parse_json(text, Phase::config, line_limits);
    if (!line || !line->is_object()) return false;
    const auto at = from_iso8601(text_of(*line, "at"));
    auto id = text_of(*line, "id");
    const auto what = text_of(*line, "what");
    if (!at || id.empty()) return false;
    const auto known = std::find_if(open.begin(), open.end(), [&id](const OpenSnapshot& each) {
        return each.entry.id == id;
    });
    if (what == "gone") {
        if (known != open.end()) open.erase(known);
        return true;
    }
    OpenSnapshot made{
        {std::move(id), text_of(*line, "run"), text_of(*line, "vm"), text_of(*line, "cloud")}, *at};
    if (what != "make" || made.entry.run.empty() || known != open.end()) return false;
    open.push_back(std::move(made));
    return true;
}

struct Locked {
    Descriptor lock;
    Descriptor file;
};

// Where the next line goes: what is left of one that was torn is not counted.
struct LinesEnd {
    off_t at = 0;
    bool ended = true; // false: the last line counts, and lacks its end only
};

Result<LinesEnd> find_end(int file) {
    const auto text = read_descriptor(file, file_name_of, largest);
    if (!text) return text.error();
    const auto known = read_snapshot_lines(*text);
    if (!known) return known.error();
    const auto whole = text->rfind('\n') + 1; // 0 without one
    const auto rest = text->substr(whole);
    if (rest.empty()) return LinesEnd{static_cast<off_t>(whole), true};
    if (read_snapshot_lines(rest + "\n")) return LinesEnd{static_cast<off_t>(text->size()), false};
    return LinesEnd{static_cast<off_t>(whole), true};
}

// Opens the file under its lock.
Result<Locked> lock_file(const StateFolder& folder) {
    auto lock = folder.file(std::string(file_name_of) + ".lock", O_RDWR | O_CREAT);
    if (!lock) return std::move(lock).error();
    while (flock(lock->get(), LOCK_EX) != 0) {
        if (errno != EINTR) return system_error("the journal of snapshots cannot be locked", errno);
    }
    auto file = folder.file(file_name_of, O_RDWR | O_CREAT | O_APPEND);
    if (!file) return std::move(file).error();
    return Locked{*std::move(lock), *std::move(file)};
}

} // namespace

Result<std::vector<OpenSnapshot>> read_snapshot_lines(std::string_view text) {
    std::vector<OpenSnapshot> open;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const bool torn = end == std::string_view::npos;
        if (!take(text.substr(0, end), open) && !torn) return damaged(number);
        if (torn) break;
        text.remove_prefix(end + 1);
    }
    return open;
}

bool run_lives(const std::string& state_dir, const std::string& run) {
    const auto state = StateFolder::open(state_dir, IfMissing::fail);
    if (!state) return true;
    const auto runs = state->folder("runs", IfMissing::fail);
    const auto folder = runs ? runs->folder(run, IfMissing::fail) : runs.error();
    const auto hosts = folder ? folder->file("hosts.jsonl", O_RDONLY) : folder.error();
    if (!hosts) return hosts.error().code() != Errc::not_found; // its run was removed since
    return flock(hosts->get(), LOCK_SH | LOCK_NB) != 0;
}

void SnapshotJournal::begin(const std::string& run, AuditLog& audit) {
    run_ = run;
    audit_ = &audit;
}

Status SnapshotJournal::open(const azure::SnapshotEntry& entry) {
    if (audit_ == nullptr) {
        return Error(Phase::internal, Errc::bug, "a snapshot was asked for before the run began")
            .with_hint("this is a fault of rdpsweep: please report it");
    }
    auto recorded = audit_->snapshot(entry);
    if (!recorded) return recorded;
    return append(line_of({entry, static_cast<std::int64_t>(std::time(nullptr))}));
}

Status SnapshotJournal::close(const std::string& id) {
    const json line{{"at", to_iso8601(std::time(nullptr))}, {"what", "gone"}, {"id", id}};
    return append(dump_json(line) + "\n");
}

Result<std::vector<OpenSnapshot>> SnapshotJournal::left() const {
    const auto folder = StateFolder::open(state_dir_, IfMissing::fail);
    const auto text = folder ? folder->read(file_name_of, largest) : folder.error();
    if (!text && text.error().code() == Errc::not_found) return std::vector<OpenSnapshot>();
    if (!text) return text.error();
    return read_snapshot_lines(*text);
}

// Takes out what is gone, once that is much: the file is put in place whole. Call it under the
// lock.
Status SnapshotJournal::fit(const StateFolder& folder) const {
    auto open = left();
    if (!open) return std::move(open).error();
    std::string text;
    for (const auto& each : *open)
        text += line_of(each);
    return folder.replace(file_name_of, text);
}

// Opens the file once more under its lock, without what is gone, where it has grown.
Status SnapshotJournal::fit_if_large(const StateFolder& folder, Descriptor& file) const {
    struct stat about {};

    if (fstat(file.get(), &about) != 0) return system_error(reading, errno);
    if (static_cast<std::size_t>(about.st_size) <= worth_fitting) return {};
    if (auto fitted = fit(folder); !fitted) return fitted;
    auto opened = folder.file(file_name_of, O_RDWR | O_CREAT | O_APPEND);
    if (!opened) return std::move(opened).error();
    file = *std::move(opened);
    return {};
}

// Writes a line, which is on the disk when this returns; or leaves the file as it was.
Status SnapshotJournal::append(std::string line) {
    const auto folder = StateFolder::open(state_dir_, IfMissing::make);
    if (!folder) return folder.error();
    auto locked = lock_file(*folder);
    if (!locked) return std::move(locked).error();
    if (auto fitted = fit_if_large(*folder, locked->file); !fitted) return fitted;
    const auto file = locked->file.get();
    const auto end = find_end(file);
    if (!end) return end.error();
    if (ftruncate(file, end->at) != 0) return system_error(writing, errno);
    if (!end->ended) line.insert(0, "\n");
    int code = write_all(file, line);
    if (code == 0 && fdatasync(file) != 0) code = errno;
    if (code == 0 && end->at == 0) return folder->sync(); // the name of a new file
    if (code == 0) return {};
    [[maybe_unused]] const int cut = ftruncate(file, end->at);
    return system_error(writing, code);
}

} // namespace rdpsweep
