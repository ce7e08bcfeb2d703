// --rerun RUN[:WHAT,...]: which targets of a stored run are visited again, in a run of their own.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/store/run_store.hpp"

#include <set>
#include <string>

namespace rdpsweep {

struct RerunRequest {
    std::string run;            // an id, the beginning of one, "last" or "last:NAME"
    std::set<std::string> what; // outcomes, verdicts, root causes; "unassessed"
};

// Returns the part of the option that names the run. In "last:WORD" a word that no host can be is
// the name of a run; "last:NAME:WHAT" has both.
std::string run_of_rerun(const std::string& text);

// Reads the option. Error{config, unsupported} when a word after the colon is nothing a host can
// be.
Result<RerunRequest> parse_rerun(const std::string& text);

// Keeps the targets that were, in the stored run, one of what. A target without a record there
// counts as not_attempted when the run was about the whole inventory.
Status keep_rerun(Inventory& inventory, StoredRun& stored, const std::set<std::string>& what);

} // namespace rdpsweep
