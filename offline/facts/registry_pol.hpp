// Names of policies in a Registry.pol, the file that local group policy is kept in.
#pragma once

#include <string>
#include <vector>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

// Returns "key\value" of the policies that concern RDP and TLS, 128 at most. The file: "PReg", a
// version, then [key;value;type;size;data] in UTF-16 with NULs; what is not so is passed over.
std::vector<std::string> rdp_policies(Bytes file);

} // namespace rdpsweep::offline
