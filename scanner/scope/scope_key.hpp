// What a run is about, so that two runs can be told to be about the same.
#pragma once

#include "scanner/options/scope_options.hpp"

#include <string>

namespace rdpsweep {

// Returns 64 hex digits that are equal for scopes of equal sources and equal expressions,
// whatever the order of the sources and whoever logs on: VMs may come and go. Its paths must be
// whole (whole_paths.hpp). Empty for a scope of which a VM's absence says nothing: a part that was
// picked or cut off, and targets from stdin, which nobody can name again.
std::string scope_key(const ScopeOptions& scope);

} // namespace rdpsweep
