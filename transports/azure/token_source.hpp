// Where access tokens for ARM come from.
#pragma once

#include "core/host_deadline.hpp"
#include "transports/azure/token.hpp"

#include <string>

namespace rdpsweep::azure {

class TokenSource {
public:
    virtual ~TokenSource() = default;

    // Returns "service principal 0000… with a secret", for messages.
    [[nodiscard]] virtual std::string describe() const = 0;

    // Fetches a new token. Error{authenticate, ...}, or how the way to the service failed.
    virtual Task<Result<AccessToken>> fetch(HostDeadline& deadline) = 0;
};

} // namespace rdpsweep::azure
