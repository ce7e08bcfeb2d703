// What was done to which host, on disk before the next thing is done: the way to go on after a
// crash, and to undo.
#pragma once

#include "core/change.hpp"
#include "core/descriptor.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Where a host's fix is. Those from skipped on are ends.
enum class FixStage : std::uint8_t {
    planned,
    backed_up,    // the states before are in the journal
    applying,     // the script that writes is about to be sent
    applied,      // it said that everything is written
    rolling_back, // the script that undoes is about to be sent
    skipped,      // the world changed since the plan, or people are logged on
    failed,       // nothing was written
    unreachable,  // lost on the way: its state is unknown until the plan continues
    verified,
    rolled_back,
    rollback_failed,
};

std::string_view to_string(FixStage stage) noexcept;

// Returns the stage of that name.
std::optional<FixStage> stage_of(std::string_view name) noexcept;

// Tells whether no more is to be done for the host, unless an undo is asked for.
bool is_end(FixStage stage) noexcept;

// How why of applied begins where rules were made in the cloud's network; their names follow.
inline constexpr std::string_view opened_words = "opened in Azure's network: ";

// What is said of the plan as a whole, and of no host.
struct PlanWord {
    std::string acknowledged;             // the stop that somebody has looked into; empty: none
    std::map<std::string, bool> controls; // which control VMs, by id, answered before the plan
};

inline constexpr auto no_host = std::numeric_limits<std::size_t>::max();

struct JournalEntry {
    std::size_t host = 0; // position in the plan
    FixStage stage = FixStage::planned;
    std::string why{};             // one sentence, for those that are not as hoped
    std::vector<Change> changes{}; // of backed_up: with the states that were found
    std::string snapshot{};        // of backed_up: id of the copy of its disk; empty: none
    std::int64_t at = 0;           // Unix seconds; set by append()
    std::size_t step = 0;          // of backed_up: which step of the host's plan they belong to
    // Of the first backed_up: rules that did not find the host sound before; nothing: not known.
    std::optional<std::vector<std::string>> unsound{};
    bool reached = false; // of the first backed_up: RDP's port answered from here before
    bool worked = false;  // of the first backed_up: and the handshake was whole
    bool gate = false;    // of applying, applied: the cloud's network is, or may be, open for it
    bool restart = false; // of applied: TermService is about to restart once more
    bool drifted = false; // of skipped: the host is not what was planned for
    std::optional<PlanWord> of_plan{}; // then host is no_host
};

// What a journal says about one host, taken together.
struct HostRecord {
    FixStage stage = FixStage::planned;
    std::string why{};
    bool undoing = false;         // rolling back was begun: there is no other way on from there
    std::vector<Change> backup{}; // with the states that were found; empty: nothing was written
    std::string snapshot{};       // id of the copy of its disk; empty: none
    std::size_t step = 0;         // the latest of the plan's steps that was backed up
    std::size_t earlier = 0;      // how many of backup, at its start, are of the steps before it
    std::optional<std::vector<std::string>> unsound{}; // rules that were not content before
    bool reached = false;   // RDP's port answered from here before; false: not, or nobody asked
    bool worked = false;    // and the handshake was whole
    std::size_t sent = 0;   // for how many steps the script that writes may have been sent
    bool restarted = false; // TermService may be, beyond what the steps need
    bool gated = false;     // the new port may be open in the cloud's network
    std::string opened{};   // the rules that were made there, if that is known
    bool drifted = false;   // skipped, as the host is not what was planned for

    // Tells whether something may have been changed, and not put back.
    [[nodiscard]] bool may_be_changed() const noexcept;
};

// Returns a record for each position; entries about hosts beyond count are passed over.
std::vector<HostRecord> records_of(const std::vector<JournalEntry>& entries, std::size_t count);

// What a journal may have. An append beyond it fails, and so does reading: a file that was not
// written by append() costs no more than that.
struct JournalLimits {
    std::uint64_t line = std::uint64_t{1} << 20;    // the longest so far has a few KiB
    std::uint64_t bytes = std::uint64_t{512} << 20; // tens of thousands of hosts, resumed often
    // How many of these are kept for the lines of an undo: what was done can always be undone.
    std::uint64_t for_undo = std::uint64_t{128} << 20;
};

// Which host a line is about: a position alone says nothing about another order of the same hosts.
struct JournalHost {
    std::string id;           // of the target
    std::string machine_guid; // of the Windows that was planned for
};

// Which plan a journal is of; see journal_key.hpp.
struct JournalKey {
    std::string plan_id;
    std::string plan_digest;          // see plan_digest()
    std::vector<JournalHost> hosts{}; // by position; empty: lines name none, and none is compared
};

class Journal {
public:
    // Opens the journal of a plan, in <state>/plans/<id>/, or begins one. Only one process may have
    // it. Error{config, local_limit}, also for a file beyond the limits. Error{config,
    // access_denied} for one that is not ours alone (state_folder.hpp). Error{config,
    // malformed_output} for one that is damaged or of another plan, or about another host than the
    // plan has in that place: it is not a way back any more.
    // Only its last line may be torn, which is cut off then.
    static Result<Journal>
    open(const std::string& state_dir, const JournalKey& key, const JournalLimits& limits = {});

    // Appends an entry, which is on the disk when it returns. After an error nothing may be done to
    // any host.
    Status append(JournalEntry entry);

    // Tells whether its first line names the plan by its digest: then this plan was believed when
    // it was begun here. False for one that has no line yet, and for those of older versions.
    [[nodiscard]] bool names_plan() const noexcept { return names_plan_; }

    // Returns what was there when it was opened, and what was appended since.
    [[nodiscard]] const std::vector<JournalEntry>& entries() const noexcept { return entries_; }

    // Reads a journal without taking it. Empty when there is none. Error as of open().
    static Result<std::vector<JournalEntry>>
    read(const std::string& state_dir, const JournalKey& key, const JournalLimits& limits = {});

private:
    Journal(Descriptor file, std::string path, JournalKey key, const JournalLimits& limits);

    Descriptor file_;
    std::string path_;
    JournalKey key_;
    JournalLimits limits_;
    std::vector<JournalEntry> entries_;
    std::string last_sha256_; // of the latest line; empty: there is none yet
    bool names_plan_ = false;
};

} // namespace rdpsweep
