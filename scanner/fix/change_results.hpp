// What the answers of the change script come to, taken together.
#pragma once

#include "probes/fix/change_script.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Whether all went that way; of written: or was so already.
bool every(const std::vector<ChangeResult>& results, ChangeResult::Did did);

// The first thing that went wrong, in Windows' words.
std::string first_failure(const std::vector<ChangeResult>& results);

// Why something is not as it was when the facts were gathered a moment ago.
std::string reason_for(const ChangeResult& result);

// Whether all is now as changes say, before or after: state is one of these members. There are as
// many results as changes.
bool found_all(
    const std::vector<Change>& changes,
    const std::vector<ChangeResult>& results,
    std::string Change::*state
);

} // namespace rdpsweep
