// Which runs the history has, which are stored, and what follows.
#pragma once

#include "core/result.hpp"
#include "scanner/history/database.hpp"
#include "scanner/store/run_document.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rdpsweep {

// A run as the history has it.
struct KnownRun {
    std::int64_t number = 0;
    std::int64_t finished = 0;
    std::string name;
};

// By their ids, which are in the order of their numbers.
using KnownRuns = std::map<std::string, KnownRun>;

struct StoredOne {
    std::string id;
    RunDocument document;
};

// Returns the runs of the history.
Result<KnownRuns> known_runs(const Database& database);

// Returns the stored runs that ended, the oldest first. unread gets the errors of those that cannot
// be read.
std::vector<StoredOne> stored_runs(const std::string& state_dir, std::vector<Error>& unread);

// Returns where in stored, from a place on, the runs begin that are to be written: at the first
// that the history lacks or has otherwise.
std::size_t
first_to_write(const std::vector<StoredOne>& stored, const KnownRuns& known, std::size_t at);

// Gives the runs of the history the names that the stored ones got since.
Status
rename_runs(Database& database, const std::vector<StoredOne>& stored, const KnownRuns& known);

// Returns the id of the newest run that only the history has; empty where there is none.
std::string newest_pruned(const KnownRuns& known, const std::vector<StoredOne>& stored);

// Returns the number of the last run in the history before that id; 0 where there is none.
std::int64_t last_before(const KnownRuns& known, const std::string& id);

} // namespace rdpsweep
