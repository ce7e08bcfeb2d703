// A client's signed statement of who it is (RFC 7523), as Entra ID wants it from a certificate.
#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"

#include <cstdint>
#include <string>

namespace rdpsweep::azure {

struct AssertionClaims {
    std::string client;   // application id: issuer and subject
    std::string audience; // the token endpoint's URL
    std::string id;       // a GUID, new each time
    std::int64_t now = 0; // Unix seconds; valid for 10 minutes
};

// Returns a JWT signed by RS256 with the key in pem, which also holds the certificate (its SHA-1 is
// the x5t of the header). Error{config, unsupported} when pem holds no RSA key and certificate.
Result<Secret> sign_assertion(const AssertionClaims& claims, const Secret& pem);

} // namespace rdpsweep::azure
