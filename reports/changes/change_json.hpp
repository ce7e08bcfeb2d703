// What changed as JSON: for `diff`, and for reports that know a baseline.
#pragma once

#include "core/outcome_json.hpp"
#include "reports/changes/difference.hpp"

#include <string>

namespace rdpsweep {

// Returns the counts by word, what they add up to, and what changed hosts share.
std::string change_summary_json(const Difference& difference);

std::string change_group_json(const ChangeGroup& group, const Say& say);

// Returns a host's word with what belongs to it; findings without those that are the same.
std::string changed_host_json(const Difference& difference, const ChangedHost& host);

// Returns the same for a host that may be the same as before, in short, without its name.
std::string change_json(const Difference& difference, const HostResult& host);

} // namespace rdpsweep
