// A judgement rule: facts in, one finding out. Pure: no I/O, no clock, no globals.
#pragma once

#include "core/facts.hpp"
#include "core/finding.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct Policy {
    std::chrono::days certificate_warning{30}; // CA-issued certificates
    std::chrono::days self_signed_warning{14}; // Windows' own, which it renews at expiry
    std::chrono::minutes clock_skew{5};
};

// Pure: what one VM's facts say of one thing. now: Unix seconds.
using Evaluate = Finding(const Facts& facts, const Policy& policy, std::int64_t now);

struct Rule {
    std::string_view id; // "PORT.OWNER"
    Cause cause;
    int rank; // order of attribution, from the row: the lowest rank among the worst wins
    std::string_view article_step;              // "1", "2.3", "3", ...; empty: not in the article
    std::span<const std::string_view> messages; // every summary key the rule can produce
    Evaluate* evaluate;
};

std::span<const Rule> all_rules() noexcept; // probes/registry.cpp

// Returns those among them that judge a VM from a handshake from outside alone.
std::span<const Rule> outside_rules() noexcept;

// What all rules together say of one host.
struct Judgement {
    std::vector<Finding> findings; // one a rule, in the order of all_rules()
    Verdict verdict = Verdict::unknown;
    Cause root_cause = Cause::none;
    std::vector<Cause> secondary_causes;
    std::string fingerprint; // sha256 hex of causes and normalised evidence
    Message summary;         // the deciding finding's summary
};

// Evaluates every rule and attributes the root cause (docs/attribution.md). A rule that throws
// yields an unknown finding with the message key "rule.failed"; the others are still evaluated.
Judgement judge(const Facts& facts, const Policy& policy, std::int64_t now); // probes/judge.cpp

// Does the same with another table of rules; its findings are in that table's order.
Judgement
judge(std::span<const Rule> rules, const Facts& facts, const Policy& policy, std::int64_t now);

} // namespace rdpsweep
