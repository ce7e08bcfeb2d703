// What the history answers: about its runs, one host, one rule.
#pragma once

#include "core/result.hpp"
#include "scanner/history/database.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rdpsweep {

struct PastRun {
    std::string id;
    std::string name;
    std::int64_t started = 0; // Unix seconds
    bool complete = false;
    std::size_t targets = 0;
    std::map<std::string, std::size_t> outcomes, verdicts, causes; // hosts by word
};

// Returns all runs, the oldest first, also those that are stored no more.
Result<std::vector<PastRun>> past_runs(const Database& history);

// What a rule says of a host from a run on.
struct PastFinding {
    std::string run;
    std::int64_t started = 0; // of that run
    std::string rule;
    std::string verdict; // empty: the rule is judged no more
    std::string severity;
    std::string message; // key of the catalogue
    std::string text;    // evidence apart from moments; bounded
};

// What became of a host in a run.
struct PastVisit {
    std::string run;
    std::int64_t started = 0;
    std::string outcome, verdict, cause, transport; // all but the first may be empty
};

struct PastHost {
    std::string uid;
    std::vector<std::string> names;    // in the order in which it had them
    std::vector<PastVisit> visits;     // where something differs from the visit before; the first
    std::vector<PastFinding> findings; // by run, then by rule
};

// Returns what is known of a host. name: its name, its ARM id, or the last part of that.
// Error{config, not_found} where there is none, or more than one.
Result<PastHost> past_of_host(const Database& history, const std::string& name);

// How many hosts a rule's verdicts are about, by what was last seen of each.
struct PastOfRule {
    std::string run;
    std::int64_t started = 0;
    std::map<std::string, std::int64_t> hosts; // by verdict
    std::int64_t changed = 0;                  // hosts of which it says something else since
};

// Returns the runs since which a rule says something else of some host. Error{config, not_found}
// for a rule that judged none.
Result<std::vector<PastOfRule>> past_of_rule(const Database& history, const std::string& rule);

} // namespace rdpsweep
