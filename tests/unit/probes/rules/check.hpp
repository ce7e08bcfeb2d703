// Runs one rule on facts and checks its answer and its promises about messages.
#pragma once

#include "core/facts.hpp"
#include "core/finding.hpp"
#include "probes/rule.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

namespace rdpsweep::test {

const Rule& rule_named(std::string_view id);

// reports/messages/en.json.
const std::map<std::string, std::string>& catalogue();

// Evaluates the rule at fixed_now and checks that it says what it may say: a key it lists, with an
// argument for every placeholder of the English sentence, and evidence when it found something.
Finding find(std::string_view rule, const Facts& facts);

// Says a finding in full: verdict, severity, confidence, key and arguments in one line, and each
// piece of evidence in a line of its own, "/svc/3/start: 4 | 3".
std::string in_full(const Finding& finding);

// One row of a table: the healthy facts, changed, must give this verdict and this key.
struct Case {
    const char* what;
    void (*change)(Facts& facts);
    Verdict verdict;
    const char* slug; // after the rule's id; "rule.unread" as it is
};

void check_cases(std::string_view rule, std::initializer_list<Case> cases);

} // namespace rdpsweep::test
