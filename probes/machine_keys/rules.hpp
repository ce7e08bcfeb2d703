// Root cause machine_keys (article step 2.3): TermService cannot read the private key of the RDP
// certificate.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule key_present_rule() noexcept;   // KEY.PRESENT
Rule key_acl_rule() noexcept;       // KEY.ACL
Rule key_folder_rule() noexcept;    // KEY.FOLDER
Rule key_overgrant_rule() noexcept; // KEY.OVERGRANT

} // namespace rdpsweep
