// Reads the answer of a token service, both the token and the refusal.
#include "transports/azure/token.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::azure {

namespace {

constexpr std::int64_t minute = 60;
constexpr std::int64_t long_life = 2 * 60 * minute; // from then on half of it, as MSAL does
constexpr std::int64_t unknown_life = 5 * minute;
constexpr std::int64_t early = 5 * minute;
constexpr std::int64_t longest_life = 7 * 24 * 60 * minute;

std::int64_t life_of(const nlohmann::json& answer, std::int64_t now) {
    if (const auto seconds = number(answer, "expires_in")) return *seconds;
    if (const auto at = number(answer, "expires_on")) return *at - now;
    // azure-cli before 2.54 gives local time without a zone, which is wrong twice a year.
    return unknown_life;
}

// Of a refused logon only codes are kept, never words: the service has seen our secret.
// RFC 6749 sections 4.1.2.1 and 5.2, RFC 8628 section 3.5, and two of OpenID Connect and Entra ID.
bool is_oauth_error(std::string_view code) {
    constexpr std::array<std::string_view, 16> known{
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "invalid_resource",
        "invalid_target",
        "unauthorized_client",
        "access_denied",
        "unsupported_grant_type",
        "interaction_required",
        "server_error",
        "temporarily_unavailable",
        "authorization_pending",
        "slow_down",
        "expired_token",
        "consent_required"};
    return std::find(known.begin(), known.end(), code) != known.end();
}

// Returns the number at the beginning of "AADSTS7000215: Invalid client secret provided. ..." with
// its letters; empty where there is none.
std::string entra_code(std::string_view said) {
    constexpr std::string_view letters = "AADSTS";
    constexpr std::size_t most_digits = 9;
    if (!said.starts_with(letters)) return {};
    auto end = letters.size();
    while (end < said.size() && end - letters.size() < most_digits && is_digit(said[end]))
        ++end;
    return end == letters.size() ? std::string() : std::string(said.substr(0, end));
}

} // namespace

Result<AccessToken> parse_token(std::string_view json, std::int64_t now) {
    auto answer = parse_json(json, Phase::authenticate);
    if (!answer) return std::move(answer).error();
    auto value = text(*answer, "access_token");
    if (value.empty()) value = text(*answer, "accessToken"); // azure-cli
    if (value.empty()) {
        return Error(
            Phase::authenticate, Errc::malformed_output, "the token service answered no token"
        );
    }
    const auto life = std::clamp<std::int64_t>(life_of(*answer, now), 0, longest_life);
    const auto use = life >= long_life ? life / 2 : std::max<std::int64_t>(life - early, 0);
    return AccessToken{Secret(std::move(value)), now + life, now + use};
}

Error token_refused(unsigned status, std::string_view body) {
    auto native = "HTTP " + std::to_string(status);
    const auto answer = parse_json(body, Phase::authenticate);
    std::string said;
    if (answer) {
        auto code = text(*answer, "error");
        said = text(*answer, "error_description");
        if (said.empty()) said = text(*answer, "message"); // App Service
        if (is_oauth_error(code)) native += " " + code;
    }
    if (const auto code = entra_code(said); !code.empty()) native += " " + code;
    const bool busy = status == 429 || status >= 500;
    return Error(
               Phase::authenticate,
               busy ? Errc::throttled : Errc::access_denied,
               busy ? "the token service is busy" : "the token service refused us"
    )
        .with_native(std::move(native));
}

} // namespace rdpsweep::azure
