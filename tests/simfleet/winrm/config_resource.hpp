// WinRM's own configuration as a resource: "winrm get winrm/config" (MS-WSMV 2.2.4 and 3.1.4.1.30).
#pragma once

#include "tests/simfleet/winrm/shell_host.hpp"
#include "tests/simfleet/winrm/soap_request.hpp"
#include "tests/simfleet/world.hpp"

namespace simfleet {

// Answers a Get of the whole or of a part, and an Enumerate of the listeners. A change is refused,
// and a violation.
ShellHost::Reply answer_config(World& world, const Vm& vm, const SoapRequest& request);

} // namespace simfleet
