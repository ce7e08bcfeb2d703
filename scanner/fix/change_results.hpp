// Judges the answers of the change script, taken together.
#pragma once

#include "probes/fix/change_script.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Tells whether all went that way; written includes what was so already.
bool every(const std::vector<ChangeResult>& results, ChangeResult::Did did);

// Returns the first thing that went wrong, in Windows' words.
std::string first_failure(const std::vector<ChangeResult>& results);

// Returns why something is not as it was when the facts were gathered a moment ago.
std::string reason_for(const ChangeResult& result);

// Tells whether all is now as changes say, before or after: state is one of these members. There
// are as many results as changes.
bool found_all(
    const std::vector<Change>& changes,
    const std::vector<ChangeResult>& results,
    std::string Change::*state
);

// Tells whether a change came to nothing: the host was not as planned any more, and nothing was
// written to it.
bool came_to_nothing(const std::vector<ChangeResult>& results);

} // namespace rdpsweep
