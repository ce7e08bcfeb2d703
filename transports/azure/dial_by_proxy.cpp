// Speaks CONNECT to a proxy, by hand: what follows the empty line is TLS.
#include "transports/azure/dial_by_proxy.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "transports/azure/proxy.hpp"
#include "transports/net/http.hpp"

#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace rdpsweep::azure {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t header_limit = 16u << 10;

Error proxy_error(Errc code, std::string detail, std::string native) {
    return Error(Phase::connect, code, std::move(detail))
        .with_native(std::move(native))
        .with_hint("HTTPS_PROXY and NO_PROXY say which proxy is used");
}

// Returns the endpoint of "http://proxy.corp.example:3128"; nothing for another scheme or a bad
// port.
std::optional<net::Endpoint> place_of(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!iequals(url.substr(0, scheme.size()), scheme)) return {};
    url.remove_prefix(scheme.size());
    url = url.substr(0, url.find_first_of("/?#"));
    const auto colon = url.rfind(':');
    net::Endpoint place{std::string(url.substr(0, colon)), 80};
    if (colon == std::string_view::npos) return place;
    const auto digits = url.substr(colon + 1);
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, place.port);
    if (error != std::errc() || stop != end || place.port == 0) return {};
    return place;
}

// Returns the three digits of a status; "?" for anything else.
std::string digits_of(const std::string& word) {
    const bool good = word.size() == 3 && std::all_of(word.begin(), word.end(), is_digit);
    return good ? word : "?";
}

std::string request_for(const std::string& where, const Proxy& proxy) {
    auto text = "CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\n";
    if (proxy.password) {
        auto login = proxy.user + ":" + std::string(proxy.password->reveal());
        text += "Proxy-Authorization: Basic " + base64_encode(login) + "\r\n";
        cleanse(login);
    }
    return text + "\r\n";
}

// Reads up to the empty line and no byte further: what follows is TLS.
Task<Result<std::string>> read_header(tcp::socket& socket) {
    std::string header;
    std::array<char, 1> byte{};
    error_code code;
    while (!header.ends_with("\r\n\r\n") && header.size() < header_limit) {
        const auto buffer = asio::buffer(byte);
        co_await socket.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, code));
        if (code) {
            co_return proxy_error(
                Errc::peer_closed, "the proxy closed the connection", code.message()
            );
        }
        header += byte[0];
    }
    co_return header;
}

Task<Status> ask_proxy(tcp::socket& socket, std::string request, HostDeadline& deadline) {
    const auto guard = deadline.on_abort([&socket] {
        error_code ignored;
        socket.close(ignored);
    });
    error_code code;
    const auto buffer = asio::buffer(request);
    co_await asio::async_write(socket, buffer, asio::redirect_error(asio::use_awaitable, code));
    cleanse(request);
    if (code) co_return proxy_error(Errc::peer_closed, "the proxy went away", code.message());
    auto header = co_await read_header(socket);
    if (!header) co_return std::move(header).error();
    const auto line = header->substr(0, header->find("\r\n"));
    const auto words = split(line, ' ');
    if (words.size() > 1 && words[1].starts_with('2')) co_return Status();
    // Of its words none is kept: it may have seen a password.
    const auto status = words.size() > 1 ? digits_of(words[1]) : std::string("?");
    co_return proxy_error(Errc::refused, "the proxy does not let us through", "HTTP " + status);
}

} // namespace

Task<Result<tcp::socket>>
dial_by_proxy(net::Endpoint to, Services& services, HostDeadline& deadline, Attempt& attempt) {
    const auto where = net::authority(to.host, to.port);
    auto proxy = proxy_for("https://" + where + "/", process_environment);
    if (!proxy) co_return co_await net::dial(std::move(to), services, deadline, attempt);
    auto place = place_of(proxy->url);
    if (!place) {
        co_return proxy_error(
            Errc::unsupported, "only a proxy with http:// can be used here", proxy->url
        );
    }
    auto socket = co_await net::dial(*std::move(place), services, deadline, attempt);
    if (!socket) co_return std::move(socket).error();
    auto request = request_for(where, *proxy);
    auto asked = co_await ask_proxy(*socket, std::move(request), deadline);
    ++attempt.round_trips;
    if (!asked) co_return std::move(asked).error();
    co_return std::move(*socket);
}

} // namespace rdpsweep::azure
