// What changed between two runs, added up: counts by word, the hosts behind them, and kinds of
// change. Reports show it; it judges nothing.
#pragma once

#include "core/outcome.hpp"
#include "reports/changes/compare.hpp"
#include "reports/changes/shares.hpp"
#include "reports/digest.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// A host that is not simply the same.
struct ChangedHost {
    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

    std::size_t index = nowhere; // in the later run's inventory
    std::string name;
    HostWord word = HostWord::not_compared;
    bool assessed = false;              // in the later run
    Verdict verdict = Verdict::unknown; // then
    std::string rung;                   // where it stopped, if it was not assessed; may be empty
    std::string code;
    std::string since; // run: last assessed by (reassessable), first not assessed by (still not)
    std::vector<FindingChange> findings; // without those that are unchanged or persist
};

// The hosts of one word for one rule's finding.
struct ChangeGroup {
    FindingWord word = FindingWord::unchanged;
    std::string rule;
    bool hygiene = false;
    Tally hosts;
    Message now; // what it says of the inventory's first host, where the later run has it
};

// A group of hosts of equal cause and evidence (Group), as both runs have it.
struct KindOfTrouble {
    std::size_t before = 0; // hosts
    std::size_t after = 0;
    std::size_t both = 0;       // in it before and after
    std::size_t unverified = 0; // in it before, and not assessed again
    Message summary;            // as the earlier run says it
    Tally names;                // of the earlier run's hosts
};

struct Difference {
    RunInfo before;
    RunInfo after;
    bool equal_scope = false;
    bool complete_before = false;
    bool complete_after = false;

    std::map<HostWord, std::size_t> hosts;
    std::map<FindingWord, std::size_t> findings; // above hygiene
    std::map<FindingWord, std::size_t> hygiene;
    std::size_t hosts_before = 0;
    std::size_t hosts_after = 0;
    std::size_t hosts_both = 0;
    std::size_t trouble_before = 0; // findings of hosts that have words
    std::size_t trouble_worded = 0;
    std::size_t repeated = 0;  // records of a host that its run had already: left out
    std::size_t with_news = 0; // hosts with a new finding
    std::size_t first_bad = 0; // hosts broken or at risk that there is nothing to compare with

    std::vector<ChangedHost> changed; // as the later run's inventory has them, then the others
    std::vector<ChangeGroup> groups;  // by word as in all_finding_words(), large ones first
    std::map<GroupKey, KindOfTrouble> kinds;
    Shares shares;
    WordTable rules; // of FindingChange

    [[nodiscard]] std::size_t of(HostWord word) const;
    [[nodiscard]] std::size_t of(FindingWord word) const;

    // Tells whether every host of either run has one word, and every finding of trouble of the
    // earlier run that could be followed has one. False is exit 70.
    [[nodiscard]] bool balanced() const;

    // Returns the host at a place of the later run's inventory; null when it is the same.
    [[nodiscard]] const ChangedHost* at(std::size_t index) const;

    // Returns what became of a group of equal cause and evidence, as SARIF 2.1.0 says it (section
    // 3.27.24): new, updated where it has other hosts, absent, or unchanged, also where the later
    // run lacks it and did not assess all of its hosts.
    [[nodiscard]] std::string_view state_of(const GroupKey& group) const;

    // Returns the word of a host of the later run.
    [[nodiscard]] HostWord word_of(const HostResult& host) const;
};

} // namespace rdpsweep
