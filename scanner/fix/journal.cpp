// Writes a plan's journal line by line, and reads it back after a crash.
#include "scanner/fix/journal.hpp"

#include "core/text.hpp"
#include "scanner/fix/journal_line.hpp"
#include "scanner/fix/plan_folder.hpp"
#include "scanner/system/descriptor_stream.hpp"
#include "scanner/system/read_line.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

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

constexpr auto journal_name = "journal.jsonl";

// Says of which file it is told.
Error of_journal(const Error& error) {
    return Error(error.phase(), error.code(), "the journal: " + std::string(error.detail()))
        .with_hint(std::string(error.hint()));
}

Status check_size(int file, const std::string& path, const JournalLimits& limits) {
    struct stat about {};

    if (fstat(file, &about) != 0) return trouble("cannot read the journal " + path, errno);
    if (static_cast<std::uint64_t>(about.st_size) <= limits.bytes) return {};
    return too_large(path, "more than ", limits.bytes);
}

struct Found {
    JournalChain chain;
    std::uint64_t whole = 0; // bytes up to the end of its last line that counts
    bool ended = true;       // and that line has an end
};

struct JournalFile {
    Descriptor file;
    std::string path;
};

Result<Found>
read_lines(const JournalFile& from, const JournalKey& key, const JournalLimits& limits) {
    const auto& path = from.path;
    auto fit = check_size(from.file.get(), path, limits);
    if (!fit) return std::move(fit).error();
    Found found{JournalChain(key)};
    DescriptorStream file{Descriptor(fcntl(from.file.get(), F_DUPFD_CLOEXEC, 0))};
    std::string line;
    for (std::size_t number = 1;; ++number) {
        const auto end = read_line(file, line, limits.line);
        if (file.bad()) return trouble("cannot read the journal " + path, EIO);
        if (end == LineEnd::none) return found;
        if (end == LineEnd::too_long) return too_large(path, "a line of more than ", limits.line);
        const auto taken = found.chain.take(line);
        const bool follows = taken == Taken::yes;
        // What is torn was never done: the next thing is done only after the line is whole.
        if (!follows && end == LineEnd::torn) return found;
        if (!follows)
            return damaged(
                path,
                number,
                taken == Taken::other_host ? " is about another host than the plan has there"
                : number == 1              ? " is none of this plan's journal"
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

Journal::Journal(Descriptor file, std::string path, JournalKey key, const JournalLimits& limits)
    : file_(std::move(file)), path_(std::move(path)), key_(std::move(key)), limits_(limits) {}

Result<Journal>
Journal::open(const std::string& state_dir, const JournalKey& key, const JournalLimits& limits) {
    const auto folder = plan_folder(state_dir, key.plan_id, IfMissing::make);
    if (!folder) return of_journal(folder.error());
    JournalFile from{Descriptor(), folder->path_of(journal_name)};
    auto file = folder->file(journal_name, O_RDWR | O_CREAT | O_APPEND);
    if (!file) return of_journal(file.error());
    from.file = *std::move(file);
    if (flock(from.file.get(), LOCK_EX | LOCK_NB) != 0)
        return Error(Phase::config, Errc::taken, "another rdpsweep has the plan " + key.plan_id);
    auto found = read_lines(from, key, limits);
    if (!found) return std::move(found).error();
    auto mended = mend_end(from.file.get(), *found);
    if (!mended) return std::move(mended).error();
    Journal journal(std::move(from.file), std::move(from.path), key, limits);
    journal.entries_ = std::move(found->chain.entries());
    journal.last_sha256_ = found->chain.last_sha256();
    journal.names_plan_ = found->chain.names_plan();
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
    const auto line = line_of(entry, key_, before);
    // What could not be read back must not be relied on.
    if (line.size() > limits_.line) return too_large(path_, "a line of more than ", limits_.line);
    text += line + "\n";
    const auto size = lseek(file_.get(), 0, SEEK_END);
    if (size < 0) return trouble("cannot write the journal", errno);
    const auto kept = is_of_undo(entry) ? 0 : std::min(limits_.for_undo, limits_.bytes);
    if (static_cast<std::uint64_t>(size) + text.size() > limits_.bytes - kept)
        return too_large(path_, "more than ", limits_.bytes - kept);
    const auto written = write(file_.get(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || fdatasync(file_.get()) != 0) {
        // A line that may or may not be there must not be gone on from.
        const auto code = errno;
        if (ftruncate(file_.get(), size) != 0) limits_.bytes = 0;
        return trouble("cannot write the journal", code);
    }
    last_sha256_ = sha256_hex(line);
    entries_.push_back(std::move(entry));
    return {};
}

Result<std::vector<JournalEntry>>
Journal::read(const std::string& state_dir, const JournalKey& key, const JournalLimits& limits) {
    const auto folder = plan_folder(state_dir, key.plan_id, IfMissing::fail);
    auto file = folder ? folder->file(journal_name, O_RDONLY) : folder.error();
    if (!file && file.error().code() == Errc::not_found) return std::vector<JournalEntry>();
    if (!file) return of_journal(file.error());
    const JournalFile from{*std::move(file), folder->path_of(journal_name)};
    auto found = read_lines(from, key, limits);
    if (!found) return std::move(found).error();
    return std::move(found->chain.entries());
}

} // namespace rdpsweep
