// WWW-Authenticate of a WinRM endpoint: what is offered, and the continuation token.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::winrm {

struct Challenge {
    std::vector<std::string> schemes; // as written, in order: Negotiate, Kerberos, Basic
    std::optional<std::string> token; // decoded token of "Negotiate <base64>"
    [[nodiscard]] bool offers(std::string_view scheme) const noexcept;
};

// Reads every WWW-Authenticate value; proxies fold several schemes into one, comma-separated.
Challenge read_challenge(const std::vector<std::string>& values);

// Returns "Basic <base64(user:password)>". The result is as secret as the password: cleanse it
// after use.
std::string basic_header(std::string_view user, std::string_view password);

} // namespace rdpsweep::winrm
