// An access token as the token services answer it.
#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"

#include <cstdint>
#include <string_view>

namespace rdpsweep::azure {

struct AccessToken {
    Secret value;
    std::int64_t expires = 0; // Unix seconds
    std::int64_t refresh = 0; // from then on a new one is fetched
};

// Reads the answer of a token service with status 200, or of `az account get-access-token`. now:
// Unix seconds. Its life may be a number, a number in a string, or missing (then 5 minutes are
// assumed).
Result<AccessToken> parse_token(std::string_view json, std::int64_t now);

// Reads what a token service says with any other status: its error code, AADSTS number and first
// sentence.
Error token_refused(unsigned status, std::string_view body);

} // namespace rdpsweep::azure
