// Which proxy the environment names for an address: HTTPS_PROXY, http_proxy, ALL_PROXY and
// NO_PROXY, as curl reads them. HTTP_PROXY in upper case is ignored: a web server sets it from a
// request's header.
#pragma once

#include "core/secret.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::azure {

struct Proxy {
    std::string url; // "http://proxy.corp.example:3128", without user and password
    std::string user;
    std::optional<Secret> password;
};

// Returns the value of an environment variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

// Returns the proxy for an address; nothing: go there directly. NO_PROXY holds names that match
// with all below them, addresses, or *. The machine's own addresses never go through one.
std::optional<Proxy> proxy_for(std::string_view url, const Environment& environment);

// Returns the value of a variable of this process.
std::optional<std::string> process_environment(const std::string& name);

} // namespace rdpsweep::azure
