// Takes the header's list of challenges apart, and writes the one of Basic.
#include "transports/winrm/http_auth.hpp"

#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep::winrm {

namespace {

// Splits at commas outside quoted strings (RFC 9110 section 11.6.1).
std::vector<std::string> split_list(std::string_view value) {
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (const char c : value) {
        if (c == '"') quoted = !quoted;
        if (c == ',' && !quoted) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

} // namespace

bool Challenge::offers(std::string_view scheme) const noexcept {
    return std::any_of(schemes.begin(), schemes.end(), [scheme](const auto& offered) {
        return iequals(offered, scheme);
    });
}

Challenge read_challenge(const std::vector<std::string>& values) {
    Challenge challenge;
    for (const auto& value : values) {
        for (const auto& part : split_list(value)) {
            const auto item = trim(part);
            const auto blank = item.find_first_of(" \t");
            const auto scheme = item.substr(0, blank);
            // "realm=..." continues the scheme before it.
            if (scheme.empty() || scheme.find('=') != std::string_view::npos) continue;
            challenge.schemes.emplace_back(scheme);
            if (blank == std::string_view::npos || !iequals(scheme, "Negotiate")) continue;
            challenge.token = base64_decode(trim(item.substr(blank)));
        }
    }
    return challenge;
}

std::string basic_header(std::string_view user, std::string_view password) {
    auto pair = std::string(user) + ":" + std::string(password);
    auto encoded = base64_encode(pair);
    cleanse(pair);
    std::string header;
    header.reserve(encoded.size() + 6);
    header.append("Basic ").append(encoded);
    cleanse(encoded);
    return header;
}

} // namespace rdpsweep::winrm
