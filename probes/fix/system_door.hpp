// Changes that only SYSTEM may make: they get a task, which runs once as SYSTEM and is deleted.
#pragma once

#include "core/facts.hpp"
#include "probes/fix/fixes.hpp"

#include <string>
#include <string_view>

namespace rdpsweep {

// Tells whether the account that read these facts may write the DACL in sddl: it is granted that,
// or the owner is one of its own SIDs.
bool may_write_dacl(const Facts& facts, std::string_view sddl);

// Returns changes with a task for each, named by the fix. As they are where the account is SYSTEM
// already. A refusal where it may have no task run as SYSTEM.
Prepared through_system(const Facts& facts, std::string_view fix, std::vector<Change> changes);

} // namespace rdpsweep
