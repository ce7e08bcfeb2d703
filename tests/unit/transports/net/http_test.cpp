// What goes into a request: addresses, and secrets that must not stay behind.
#include "tests/support/catch.hpp"
#include "transports/net/http_exchange.hpp"

using namespace rdpsweep;

TEST_CASE("http: an IPv6 address stands in brackets, without its zone", "[net]") {
    CHECK(net::authority("10.1.0.4", 5986) == "10.1.0.4:5986");
    CHECK(net::authority("web-01.corp.example", 5985) == "web-01.corp.example:5985");
    CHECK(net::authority("fd00::4", 5986) == "[fd00::4]:5986");
    CHECK(net::authority("fe80::1%eth0", 5986) == "[fe80::1]:5986");
}

TEST_CASE("http: the Authorization header is overwritten once it is sent", "[net]") {
    net::HttpRequest request;
    request.path = "/wsman";
    request.headers.emplace_back("Authorization", "Basic c29tZTpwYXNzd29yZA==");
    request.headers.emplace_back("User-Agent", "rdpsweep");
    auto message = net::http_message(std::move(request), "vm:5986");
    // The copy that the caller made is gone at once.
    CHECK(request.headers.front().second.find("Basic") == std::string::npos); // NOLINT: on purpose
    namespace http = boost::beast::http;
    REQUIRE(message[http::field::authorization] == "Basic c29tZTpwYXNzd29yZA==");
    const auto where = message[http::field::authorization];
    net::wipe_authorization(message);
    CHECK(std::all_of(where.begin(), where.end(), [](char c) { return c == '\0'; }));
    CHECK(message[http::field::user_agent] == "rdpsweep");
}
