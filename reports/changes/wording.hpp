// How reports say what changed: the pieces that text, Markdown and HTML share.
#pragma once

#include "reports/changes/difference.hpp"
#include "reports/messages/catalogue.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Returns "became unassessable", "new", ... in the catalogue's language.
std::string word(const Catalogue& messages, HostWord word);
std::string word(const Catalogue& messages, FindingWord word);

// Returns which runs, what is new, what changed hosts share (with its numbers), and what makes the
// comparison say less than it could: a sentence each. Holds text of hosts as it came.
std::vector<std::string> change_sentences(const Catalogue& messages, const Difference& difference);

// Returns "2,012 hosts = 12 worse + 3 became unassessable + 1,997 same".
std::string change_sum(const Catalogue& messages, const Difference& difference);

// Hosts of one word; of those that were not assessed, of one rung and code.
struct WordRow {
    static constexpr std::size_t obstacles = 6; // of one word; the others share a row

    HostWord word = HostWord::same;
    std::string rung; // empty: none, or several
    std::string code;
    Tally hosts;
};

// Returns a row for each word that a host has, in the order of all_host_words().
std::vector<WordRow> word_rows(const Difference& difference);

// Returns "became unassessable at tcp: timed_out".
std::string say(const Catalogue& messages, const WordRow& row);

// Returns what a group is about: the sentence of its first host, or the rule's title.
std::string say(const Catalogue& messages, const ChangeGroup& group);

// Says of a changed host what is told beside its word: where it stopped, since which run; and of
// its findings each word with its rules. Empty where there is nothing.
std::string
change_detail(const Catalogue& messages, const Difference& difference, const ChangedHost& host);

} // namespace rdpsweep
