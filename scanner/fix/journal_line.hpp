// The lines of a journal: one entry each, and the digest of the line before it. Pure.
#pragma once

#include "scanner/fix/journal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Returns the line that begins a journal, without its end: it names the plan.
std::string first_line(const JournalKey& key);

// Returns the entry's line, without its end. before: SHA-256 of the line before it.
std::string line_of(const JournalEntry& entry, const JournalKey& key, std::string_view before);

enum class Taken { yes, does_not_follow, other_host };

// What is known of a journal after some of its lines.
class JournalChain {
public:
    explicit JournalChain(const JournalKey& key) : key_(key) {}

    // Takes the next line. Takes nothing where it does not follow: it is no entry, the first names
    // another plan, or it names another line before it; and where it is about another host than the
    // plan has in its place. Lines of older versions name neither a line before nor a host.
    [[nodiscard]] Taken take(const std::string& line);

    // Tells whether the first line named the plan.
    [[nodiscard]] bool names_plan() const noexcept { return names_plan_; }

    [[nodiscard]] std::vector<JournalEntry>& entries() noexcept { return entries_; }

    // Returns the SHA-256 of the latest line; empty before the first.
    [[nodiscard]] const std::string& last_sha256() const noexcept { return last_sha256_; }

private:
    const JournalKey& key_;
    bool chained_ = false;
    bool names_plan_ = false;
    std::vector<JournalEntry> entries_;
    std::string last_sha256_;
};

} // namespace rdpsweep
