#include "scanner/inventory/endpoint.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("endpoint: hosts with and without a port", "[inventory]") {
    const auto check = [](std::string_view text, std::string_view host, int port) {
        INFO(text);
        const auto endpoint = parse_endpoint(text);
        REQUIRE(endpoint.has_value());
        CHECK(endpoint->host == host);
        CHECK(endpoint->port.value_or(0) == port);
    };
    check("10.1.0.4", "10.1.0.4", 0);
    check("10.1.0.4:5986", "10.1.0.4", 5986);
    check("web-01.corp.example", "web-01.corp.example", 0);
    check("web_01:65535", "web_01", 65535);
    check("fd00::4", "fd00::4", 0);
    check("[fd00::4]", "fd00::4", 0);
    check("[FD00:0:0::4]:15986", "fd00::4", 15986);
    check("fe80::1%eth0", "fe80::1%eth0", 0);
    check("web.", "web.", 0);
}

TEST_CASE("endpoint: what is no address is refused", "[inventory]") {
    for (const auto* text :
         {"",     " ",    "a b",   "http://x", "x/y",        "10.1.0.256", "10.1.0",
          "1",    "x:",   "x:0",   "x:65536",  "x:12a",      ":5986",      "-x",
          "x-",   "x..y", ".x",    "[fd00::4", "fd00::4]:1", "fd00::xyz",  "a\tb",
          "a\nb", "x;rm", "$(id)", "[::1]x:1", "x:+1"}) {
        INFO(text);
        CHECK_FALSE(parse_endpoint(text).has_value());
    }
    CHECK_FALSE(normal_address(std::string(64, 'a')).has_value());
    CHECK(normal_address(std::string(63, 'a')).has_value());
    CHECK_FALSE(normal_address(std::string_view("a\0b", 3)).has_value());
    CHECK_FALSE(normal_address(std::string_view("10.0.0.1\0", 9)).has_value());
}
