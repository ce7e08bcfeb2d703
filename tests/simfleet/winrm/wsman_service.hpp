// What WinRM does with an authenticated POST.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/winrm/http_message.hpp"
#include "tests/simfleet/winrm/shell_host.hpp"
#include "tests/simfleet/world.hpp"

#include <memory>
#include <string>

namespace simfleet {

// Answers one envelope. May take as long as the request's OperationTimeout.
rdpsweep::Task<HttpResponse>
serve_soap(std::shared_ptr<World> world, const Vm& vm, Caller caller, std::string body);

} // namespace simfleet
