// Writes a plan's journal line by line, and reads it back after a crash.
#include "scanner/fix/journal.hpp"

#include "core/json.hpp"
#include "core/json_members.hpp"
#include "core/text.hpp"
#include "scanner/system/read_line.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

using nlohmann::json;

constexpr std::array<std::pair<FixStage, std::string_view>, 11> stages{
    {{FixStage::planned, "planned"},
     {FixStage::backed_up, "backed_up"},
     {FixStage::applying, "applying"},
     {FixStage::applied, "applied"},
     {FixStage::rolling_back, "rolling_back"},
     {FixStage::skipped, "skipped"},
     {FixStage::failed, "failed"},
     {FixStage::unreachable, "unreachable"},
     {FixStage::verified, "verified"},
     {FixStage::rolled_back, "rolled_back"},
     {FixStage::rollback_failed, "rollback_failed"}}};

std::string folder_of(const std::string& state_dir, const std::string& plan_id) {
    return state_dir + "/plans/" + plan_id;
}

Error trouble(const std::string& what, int code) {
    return Error(Phase::config, Errc::local_limit, what + ": " + std::strerror(code))
        .with_hint("nothing is done to a host that could not be written down");
}

std::optional<JournalEntry> entry_of(const std::string& line) {
    const auto document = parse_json(line, Phase::config);
    if (!document || !document->is_object()) return {};
    std::string problem;
    const Members in(*document, "", problem);
    JournalEntry entry;
    entry.host = in.number<std::size_t>("host");
    entry.why = in.text("why");
    entry.at = in.time("at");
    auto changes = changes_from_lines(in.text("changes"));
    if (!changes || !problem.empty()) return {};
    entry.changes = *std::move(changes);
    entry.snapshot = document->value("snapshot", std::string());
    entry.step = in.number<std::size_t>("step");
    if (in.find("unsound") != nullptr) entry.unsound = in.texts("unsound");
    entry.reached = in.flag("reached");
    if (!problem.empty()) return {};
    for (const auto& [stage, name] : stages) {
        if (in.text("stage") != name) continue;
        entry.stage = stage;
        return entry;
    }
    return {};
}

Error too_large(const std::string& path, const char* what, std::uint64_t most) {
    return Error(
               Phase::config,
               Errc::local_limit,
               "the journal " + path + " has " + what + std::to_string(most) + " bytes"
    )
        .with_hint("no journal of ours has that: was another file put in its place?");
}

// Only of a regular file is it certain that it ends, and that opening it does not wait.
Status check_file(const std::string& path, const JournalLimits& limits) {
    std::error_code code;
    const auto kind = std::filesystem::status(path, code).type();
    if (kind == std::filesystem::file_type::not_found) return {};
    if (code) return trouble("cannot read the journal " + path, code.value());
    if (kind != std::filesystem::file_type::regular)
        return Error(
            Phase::config, Errc::local_limit, "the journal " + path + " is no regular file"
        );
    const auto size = std::filesystem::file_size(path, code);
    if (code) return trouble("cannot read the journal " + path, code.value());
    if (size > limits.bytes) return too_large(path, "more than ", limits.bytes);
    return {};
}

Result<std::vector<JournalEntry>>
read_entries(const std::string& path, const JournalLimits& limits) {
    auto fit = check_file(path, limits);
    if (!fit) return std::move(fit).error();
    std::vector<JournalEntry> entries;
    std::ifstream file(path, std::ios::binary);
    if (!file && errno != ENOENT) return trouble("cannot read the journal " + path, errno);
    std::string line;
    for (;;) {
        const auto end = read_line(file, line, limits.line);
        if (file.bad()) return trouble("cannot read the journal " + path, EIO);
        if (end == LineEnd::none) return entries;
        if (end == LineEnd::too_long) return too_large(path, "a line of more than ", limits.line);
        // What is torn was never done: the next thing is done only after the line is whole.
        if (auto entry = entry_of(line)) entries.push_back(*std::move(entry));
    }
}

// Ends a torn last line, which must not swallow the next one.
Status end_line(int descriptor) {
    const auto size = lseek(descriptor, 0, SEEK_END);
    char last = '\n';
    if (size > 0 && pread(descriptor, &last, 1, size - 1) != 1)
        return trouble("cannot read the journal", errno);
    if (last == '\n' || write(descriptor, "\n", 1) == 1) return {};
    return trouble("cannot write the journal", errno);
}

// Takes a step's states before. A step is backed up once; should one be told of again, what was
// found last counts.
void back_up(HostRecord& record, const JournalEntry& entry) {
    if (entry.step <= record.step) record.backup.resize(record.earlier);
    record.earlier = record.backup.size();
    record.step = entry.step;
    record.backup.insert(record.backup.end(), entry.changes.begin(), entry.changes.end());
    if (!entry.snapshot.empty()) record.snapshot = entry.snapshot;
    if (entry.unsound) record.unsound = entry.unsound;
    record.reached = record.reached || entry.reached;
}

} // namespace

std::string_view to_string(FixStage stage) noexcept {
    for (const auto& [known, name] : stages) {
        if (known == stage) return name;
    }
    return "planned";
}

bool is_end(FixStage stage) noexcept {
    return stage >= FixStage::skipped && stage != FixStage::unreachable;
}

std::vector<HostRecord> records_of(const std::vector<JournalEntry>& entries, std::size_t count) {
    std::vector<HostRecord> records(count);
    for (const auto& entry : entries) {
        if (entry.host >= count) continue;
        auto& record = records[entry.host];
        record.stage = entry.stage;
        record.why = entry.why;
        record.undoing = record.undoing || entry.stage == FixStage::rolling_back;
        if (entry.stage != FixStage::backed_up) continue;
        back_up(record, entry);
    }
    return records;
}

bool HostRecord::may_be_changed() const noexcept {
    if (backup.empty() || stage == FixStage::rolled_back || stage == FixStage::skipped)
        return false;
    return stage != FixStage::backed_up || earlier > 0;
}

Journal::Journal(int descriptor, std::string path, const JournalLimits& limits)
    : descriptor_(descriptor), path_(std::move(path)), limits_(limits) {}

Journal::Journal(Journal&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)),
      limits_(other.limits_), entries_(std::move(other.entries_)) {}

Journal::~Journal() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<Journal> Journal::open(
    const std::string& state_dir, const std::string& plan_id, const JournalLimits& limits
) {
    const auto folder = folder_of(state_dir, plan_id);
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code) return trouble("cannot make the folder " + folder, code.value());
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, code);
    const auto path = folder + "/journal.jsonl";
    auto fit = check_file(path, limits);
    if (!fit) return std::move(fit).error();
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) return trouble("cannot open the journal " + path, errno);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return Error(Phase::config, Errc::taken, "another rdpsweep has the plan " + plan_id);
    }
    Journal journal(descriptor, path, limits);
    auto entries = read_entries(path, limits);
    if (!entries) return std::move(entries).error();
    journal.entries_ = *std::move(entries);
    auto ready = end_line(descriptor);
    if (!ready) return std::move(ready).error();
    return journal;
}

Status Journal::append(JournalEntry entry) {
    json line{
        {"at", to_iso8601(std::time(nullptr))},
        {"host", entry.host},
        {"stage", to_string(entry.stage)},
        {"why", entry.why},
        {"changes", to_lines(entry.changes)},
        {"snapshot", entry.snapshot}};
    if (entry.step != 0) line["step"] = entry.step;
    if (entry.unsound) line["unsound"] = *entry.unsound;
    if (entry.reached) line["reached"] = true;
    const auto text = dump_json(line) + "\n";
    // What could not be read back must not be relied on.
    if (text.size() - 1 > limits_.line)
        return too_large(path_, "a line of more than ", limits_.line);
    const auto size = lseek(descriptor_, 0, SEEK_END);
    if (size < 0) return trouble("cannot write the journal", errno);
    if (static_cast<std::uint64_t>(size) + text.size() > limits_.bytes)
        return too_large(path_, "more than ", limits_.bytes);
    const auto written = write(descriptor_, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || fdatasync(descriptor_) != 0)
        return trouble("cannot write the journal", errno);
    return {};
}

Result<std::vector<JournalEntry>> Journal::read(
    const std::string& state_dir, const std::string& plan_id, const JournalLimits& limits
) {
    return read_entries(folder_of(state_dir, plan_id) + "/journal.jsonl", limits);
}

} // namespace rdpsweep
