// Writes a plan's journal line by line, and reads it back after a crash.
#include "scanner/fix/journal.hpp"

#include "core/text.hpp"
#include "scanner/fix/journal_line.hpp"
#include "scanner/system/read_line.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

std::string folder_of(const std::string& state_dir, const std::string& plan_id) {
    return state_dir + "/plans/" + plan_id;
}

Error trouble(const std::string& what, int code) {
    return Error(Phase::config, Errc::local_limit, what + ": " + std::strerror(code))
        .with_hint("nothing is done to a host that could not be written down");
}

Error too_large(const std::string& path, const char* what, std::uint64_t most) {
    return Error(
               Phase::config,
               Errc::local_limit,
               "the journal " + path + " has " + what + std::to_string(most) + " bytes"
    )
        .with_hint("no journal of ours has that: was another file put in its place?");
}

Error damaged(const std::string& path, std::size_t number, const std::string& how) {
    return Error(
               Phase::config,
               Errc::malformed_output,
               "the journal " + path + " is damaged: line " + std::to_string(number) + how
    )
        .with_hint("what was changed, and what was there before, is not certain any more: put back "
                   "the file as it was, or see to the plan's VMs by hand");
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

struct Found {
    JournalChain chain;
    std::uint64_t whole = 0; // bytes up to the end of its last line that counts
    bool ended = true;       // and that line has an end
};

Result<Found>
read_lines(const std::string& path, const JournalKey& key, const JournalLimits& limits) {
    auto fit = check_file(path, limits);
    if (!fit) return std::move(fit).error();
    Found found{JournalChain(key)};
    std::ifstream file(path, std::ios::binary);
    if (!file && errno != ENOENT) return trouble("cannot read the journal " + path, errno);
    std::string line;
    for (std::size_t number = 1;; ++number) {
        const auto end = read_line(file, line, limits.line);
        if (file.bad()) return trouble("cannot read the journal " + path, EIO);
        if (end == LineEnd::none) return found;
        if (end == LineEnd::too_long) return too_large(path, "a line of more than ", limits.line);
        const bool follows = found.chain.take(line);
        // What is torn was never done: the next thing is done only after the line is whole.
        if (!follows && end == LineEnd::torn) return found;
        if (!follows)
            return damaged(
                path,
                number,
                number == 1 ? " is none of this plan's journal"
                            : " does not follow from the one before it"
            );
        found.ended = end == LineEnd::whole;
        found.whole += line.size() + (found.ended ? 1 : 0);
    }
}

// Cuts off a torn last line, and ends one that only lacks its end.
Status mend_end(int descriptor, const Found& found) {
    if (ftruncate(descriptor, static_cast<off_t>(found.whole)) != 0)
        return trouble("cannot write the journal", errno);
    if (found.ended || write(descriptor, "\n", 1) == 1) return {};
    return trouble("cannot write the journal", errno);
}

// Tells whether the entry is one that an undo has to be able to write: it may lose the host, too.
bool is_of_undo(const JournalEntry& entry) {
    return entry.stage == FixStage::rolling_back || entry.stage == FixStage::rolled_back ||
           entry.stage == FixStage::rollback_failed || entry.stage == FixStage::unreachable;
}

} // namespace

Journal::Journal(int descriptor, std::string path, JournalKey key, const JournalLimits& limits)
    : descriptor_(descriptor), path_(std::move(path)), key_(std::move(key)), limits_(limits) {}

Journal::Journal(Journal&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)),
      key_(std::move(other.key_)), limits_(other.limits_), entries_(std::move(other.entries_)),
      last_sha256_(std::move(other.last_sha256_)) {}

Journal::~Journal() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<Journal>
Journal::open(const std::string& state_dir, const JournalKey& key, const JournalLimits& limits) {
    const auto folder = folder_of(state_dir, key.plan_id);
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code) return trouble("cannot make the folder " + folder, code.value());
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, code);
    const auto path = folder + "/journal.jsonl";
    auto fit = check_file(path, limits);
    if (!fit) return std::move(fit).error();
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) return trouble("cannot open the journal " + path, errno);
    Journal journal(descriptor, path, key, limits);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return Error(Phase::config, Errc::taken, "another rdpsweep has the plan " + key.plan_id);
    auto found = read_lines(path, key, limits);
    if (!found) return std::move(found).error();
    auto mended = mend_end(descriptor, *found);
    if (!mended) return std::move(mended).error();
    journal.entries_ = std::move(found->chain.entries());
    journal.last_sha256_ = found->chain.last_sha256();
    return journal;
}

Status Journal::append(JournalEntry entry) {
    entry.at = static_cast<std::int64_t>(std::time(nullptr));
    std::string text;
    auto before = last_sha256_;
    if (before.empty()) {
        text = first_line(key_);
        before = sha256_hex(text);
        text += "\n";
    }
    const auto line = line_of(entry, before);
    // What could not be read back must not be relied on.
    if (line.size() > limits_.line) return too_large(path_, "a line of more than ", limits_.line);
    text += line + "\n";
    const auto size = lseek(descriptor_, 0, SEEK_END);
    if (size < 0) return trouble("cannot write the journal", errno);
    const auto kept = is_of_undo(entry) ? 0 : std::min(limits_.for_undo, limits_.bytes);
    if (static_cast<std::uint64_t>(size) + text.size() > limits_.bytes - kept)
        return too_large(path_, "more than ", limits_.bytes - kept);
    const auto written = write(descriptor_, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || fdatasync(descriptor_) != 0) {
        // A line that may or may not be there must not be gone on from.
        const auto code = errno;
        if (ftruncate(descriptor_, size) != 0) limits_.bytes = 0;
        return trouble("cannot write the journal", code);
    }
    last_sha256_ = sha256_hex(line);
    entries_.push_back(std::move(entry));
    return {};
}

Result<std::vector<JournalEntry>>
Journal::read(const std::string& state_dir, const JournalKey& key, const JournalLimits& limits) {
    auto found = read_lines(folder_of(state_dir, key.plan_id) + "/journal.jsonl", key, limits);
    if (!found) return std::move(found).error();
    return std::move(found->chain.entries());
}

} // namespace rdpsweep
