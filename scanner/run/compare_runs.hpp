// What changed between two stored runs, and which run is the one to compare with.
#pragma once

#include "core/result.hpp"
#include "reports/changes/difference.hpp"
#include "scanner/store/run_store.hpp"

#include <string>

namespace rdpsweep {

// Compares two runs host by host; memory follows the hosts of the earlier one, about 1 KB each. A
// run that lost records (StoredRun::damaged) counts as not complete. Error: what is stored cannot
// be read.
Result<Difference> compare_runs(const std::string& state_dir, StoredRun& before, StoredRun& after);

// Opens the run that a run is compared with. word: the id of one or its beginning, or, as
// named_before(), a name or last:NAME; "last" or empty: as of run_before(). Error{config, ...} as
// of StoredRun::open().
Result<StoredRun>
open_baseline(const std::string& state_dir, const std::string& word, const StoredRun& run);

// Opens the run that is to be compared with the one before it: of "last" and "last:NAME" the newest
// that is complete and can be. Error{config, ...} as of StoredRun::open().
Result<StoredRun> open_comparable(const std::string& state_dir, const std::string& word);

} // namespace rdpsweep
