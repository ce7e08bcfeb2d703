// Reads the answer of a token service, both the token and the refusal.
#include "transports/azure/token.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>

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
        if (!code.empty()) native += " " + printable(code, 60);
    }
    // "AADSTS7000215: Invalid client secret provided. Trace ID: ..."
    const auto first = said.substr(0, said.find_first_of("\r\n"));
    if (!first.empty()) native += " " + printable(first, 200);
    const bool busy = status == 429 || status >= 500;
    return Error(
               Phase::authenticate,
               busy ? Errc::throttled : Errc::access_denied,
               busy ? "the token service is busy" : "the token service refused us"
    )
        .with_native(std::move(native));
}

} // namespace rdpsweep::azure
