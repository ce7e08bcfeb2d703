// What ARM says when it says no.
#pragma once

#include "core/result.hpp"
#include "transports/azure/rest.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::azure {

// Azure's services wrap their errors in at least six ways; an empty body and a proxy's HTML happen
// too. The innermost specific code is taken.
struct ArmFailure {
    std::string code;    // "AuthorizationFailed"; empty when the body names none
    std::string message; // not yet made printable
};

ArmFailure read_failure(std::string_view body);

// Returns the words up to the first line break: traces and times follow.
std::string_view first_line(std::string_view words);

// Returns an answer that is no success, as an Error of Phase::inventory with HTTP status, code and
// request id, and what to do about it where that is known. Of a 401, which refuses our logon, only
// the status and a known code are kept.
Error arm_error(const RestAnswer& answer);

// Returns the pause that the server asks for: Retry-After in seconds, or Resource Graph's
// x-ms-user-quota-resets-after (hh:mm:ss). 0 is possible. At most 10 minutes.
std::optional<std::chrono::seconds> asked_pause(const RestAnswer& answer);

} // namespace rdpsweep::azure
