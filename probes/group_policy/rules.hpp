// Root cause group_policy (article step 3.2): a policy will undo the cure, the policy service was
// left disabled by an earlier repair, or a change waits for a restart.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule policy_managed_rule() noexcept; // GPO.MANAGED
Rule policy_service_rule() noexcept; // GPO.GPSVC
Rule pending_rule() noexcept;        // PENDING

} // namespace rdpsweep
