// What each verb of a shell expects inside s:Body.
#pragma once

#include "tests/simfleet/winrm/soap_request.hpp"

#include <pugixml.hpp>

#include <optional>

namespace simfleet {

// Sets out.verb from out.action and reads what the verb needs. Nothing on success.
std::optional<SoapFault> read_body(pugi::xml_node body, SoapRequest& out);

} // namespace simfleet
