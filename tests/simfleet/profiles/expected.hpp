// What a report has to say of one rule on one VM, written by hand in one line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

// A finding, from a line like
//
//     "broken critical direct denied /keys/files/0/sddl"
//      VERDICT SEVERITY CONFIDENCE KEY POINTER...
//
// KEY is that of the message without its rule; "rule.unread" is whole. Pointers into facts begin
// with a slash and may hold spaces. The cause is the one that the rule stands for; where a rule
// stands for several, it goes before the key: "machine_keys:key_now". Two lines are shorter:
// "not_applicable KEY", because what does not matter has neither severity nor evidence, and "ok".
struct Expected {
    std::string verdict;
    std::string severity;
    std::string confidence;
    std::string cause; // empty: that of the rule
    std::string key;
    std::vector<std::string> evidence;

    // Implicit, so that a row of a truth is {"KEY.ACL", "broken critical ..."}.
    Expected(std::string_view line); // NOLINT(google-explicit-constructor)

    Expected(const char* line) : Expected(std::string_view(line)) {}

    Expected(const std::string& line) : Expected(std::string_view(line)) {}
};

// Returns the cause that a rule stands for, by hand from docs/attribution.md; "" for a rule that
// nobody knows.
std::string_view cause_of(std::string_view rule);

// Returns the message's whole key: "denied" of KEY.ACL is "KEY.ACL.denied".
std::string whole_key(std::string_view rule, const Expected& expected);

} // namespace simfleet
