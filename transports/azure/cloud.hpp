// Where one Azure cloud's control plane is: the public one, a sovereign one, or one of your own.
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::azure {

struct Cloud {
    std::string name;
    std::string authority; // "https://login.microsoftonline.com", without a slash at the end
    std::string arm;       // "https://management.azure.com", likewise
    std::string audience;  // whom a token is for, to the letter: a slash at its end counts
    // Names under which gateways of serial consoles may be, with all below them; none: no consoles.
    std::vector<std::string> console_gateways;
};

// Returns the names that find_cloud() knows, as `az cloud list` has them.
std::vector<std::string_view> cloud_names();

// Finds a cloud by name, null for an unknown one; letter case does not matter.
const Cloud* find_cloud(std::string_view name);

// Reads what `az cloud show` prints. Error{config, malformed_output} when an endpoint is missing or
// is not https.
Result<Cloud> read_cloud(std::string_view json);

// Tells whether a link that ARM answered may be given our token: https, and the cloud's own host or
// one of its regions' ("westeurope.management.azure.com").
bool is_arm_link(const Cloud& cloud, std::string_view url);

} // namespace rdpsweep::azure
