// Holds what needs no Beast, so that most users of HTTP compile without it.
#include "transports/net/http.hpp"

#include "core/text.hpp"

namespace rdpsweep::net {

namespace {

void add_header(std::string& head, std::string_view name, std::string_view value) {
    head.append("\r\n").append(name).append(": ").append(value);
}

} // namespace

std::string request_head(const HttpRequest& request, std::string_view authority) {
    const bool post = request.method == HttpMethod::post;
    bool named = false;
    std::size_t size = request.path.size() + authority.size() + 96; // the rest of what follows
    for (const auto& [name, value] : request.headers) {
        size += name.size() + value.size() + 4;
        named = named || name == "Host";
    }
    std::string head;
    head.reserve(size); // at once: a secret that is copied as it grows stays behind
    head.append(post ? "POST " : "GET ").append(request.path).append(" HTTP/1.1");
    if (!named) add_header(head, "Host", authority);
    for (const auto& [name, value] : request.headers)
        add_header(head, name, value);
    if (post) add_header(head, "Content-Length", std::to_string(request.body.size()));
    return head.append("\r\n\r\n");
}

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
