// What has to be right in an inventory that was read whole.
#pragma once

#include "scanner/inventory/inventory.hpp"

#include <vector>

namespace rdpsweep {

// Complains about two targets with one name, one address and port, or one ARM id, with both places.
void check_duplicates(const std::vector<Target>& targets, Problems& problems);

// Complains about credentials that are named and not defined, logons that HTTP cannot carry, and
// targets without the address that their route needs.
void check_targets(const Inventory& inventory, Problems& problems);

// Complains about two credentials with one name.
void check_credentials(const std::vector<CredentialSpec>& credentials, Problems& problems);

} // namespace rdpsweep
