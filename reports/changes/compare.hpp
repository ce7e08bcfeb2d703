// The table of words: two looks at a host in, its word and those of its findings out. Pure.
#pragma once

#include "reports/changes/seen_host.hpp"
#include "reports/changes/words.hpp"

#include <functional>
#include <string>
#include <vector>

namespace rdpsweep {

// What the two runs allow to say.
struct Terms {
    bool may_join = true;  // the earlier run was complete, and of the later one's scope
    bool may_leave = true; // the later run was complete, and of the earlier one's scope
    std::function<bool(std::uint32_t rule)> had_rule; // the earlier run's rule set has it
    // So has that of the run that a past is from; empty: it is not known of any.
    std::function<bool(std::uint32_t rule)> past_had_rule;
};

struct FindingChange {
    std::uint32_t rule = 0;
    FindingWord word = FindingWord::unchanged;
    Verdict before = Verdict::not_applicable;
    Verdict after = Verdict::not_applicable;
    bool hygiene = false; // of low severity on both sides: never moves a host's word to worse

    // Tells whether there is trouble that nobody was told of before.
    [[nodiscard]] bool is_news() const noexcept;
};

struct HostChange {
    HostWord word = HostWord::not_compared;
    bool compared = false;               // findings of both sides
    std::vector<FindingChange> findings; // also those that are unchanged, where compared
};

// Returns the word of one rule's finding; null: that side has none of this rule. One is not null.
FindingChange compare(const SeenFinding* before, const SeenFinding* after, bool had_rule) noexcept;

// Compares a host with itself; null: that run does not have it. One is not null. past: how it was
// when it was last assessed before the earlier run; null: it never was, or the earlier run did.
HostChange
compare(const SeenHost* before, const SeenHost* after, const SeenHost* past, const Terms& terms);

} // namespace rdpsweep
