// What was wrong with a host before it was changed, and whether it got worse. Pure.
#pragma once

#include "scanner/fix/host_look.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Returns the finding of a rule, or null.
const Finding* finding_of(const Judgement& judgement, std::string_view rule);

// Returns the rules that did not find the host sound: broken, unknown, or not applicable.
std::vector<std::string> unsound_rules(const HostLook& look);

// Returns a rule that is broken and was not among these, and whose finding is no mere suspicion;
// empty when nothing got worse. A cause that could not be seen before is no worse for being seen.
std::string made_worse(const std::vector<std::string>& unsound, const HostLook& look);

// Returns the rules that name another cause for RDP's failing than those that the plan cures, and
// are not mere suspicions. They were there before: anything else is worse.
std::vector<std::string> other_causes(const PlanHost& host, const HostLook& look);

} // namespace rdpsweep
