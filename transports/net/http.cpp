// Holds what needs no Beast, so that most users of HTTP compile without it.
#include "transports/net/http.hpp"

#include "core/text.hpp"

namespace rdpsweep::net {

std::vector<std::string> HttpResponse::values(std::string_view name) const {
    std::vector<std::string> found;
    for (const auto& [key, value] : headers) {
        if (iequals(key, name)) found.push_back(value);
    }
    return found;
}

std::string authority(const std::string& host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string::npos;
    const auto bare = host.substr(0, host.find('%'));
    return (v6 ? "[" + bare + "]" : host) + ":" + std::to_string(port);
}

} // namespace rdpsweep::net
