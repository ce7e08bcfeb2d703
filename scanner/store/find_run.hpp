// Finds stored runs: by their names, and by what they are about.
#pragma once

#include "scanner/store/run_document.hpp"
#include "scanner/store/state_folder.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Words for the newest run, and for the newest of a name ("last:NAME").
inline constexpr std::string_view newest = "last";
inline constexpr std::string_view newest_called = "last:";

// Opens the folder of runs. Error{config, not_found} where no run was ever stored.
Result<StateFolder> open_runs(const std::string& state_dir);

// Returns the ids of the runs in it, the oldest first.
std::vector<std::string> run_ids(const StateFolder& runs);

// Opens a run's folder. word: a run's id, a unique beginning of one, "last", or "last:NAME" for the
// newest run of that --name. Error{config, not_found} when there is none.
Result<StateFolder> open_run(const std::string& state_dir, const std::string& word);

// Returns the id of the newest complete run before this one that is about the same targets: of its
// name where it has one and any such run has it. Nothing where there is none, and for a run that is
// about a part of its targets. Runs that cannot be read are passed over.
Result<std::optional<std::string>>
run_before(const std::string& state_dir, const std::string& id, const RunMarks& marks);

// Returns the id of the newest complete run of a name before this one; nothing where there is none.
Result<std::optional<std::string>>
named_before(const std::string& state_dir, const std::string& id, const std::string& name);

} // namespace rdpsweep
