// Root cause services (article step 1): TermService or a service it needs is stopped, disabled or
// runs as the wrong account.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule service_state_rule() noexcept;   // SVC.STATE
Rule service_account_rule() noexcept; // SVC.ACCOUNT

} // namespace rdpsweep
