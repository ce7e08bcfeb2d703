// The simulator's HTTP parser takes what http.sys takes and refuses what it refuses.
#include "tests/simfleet/winrm/http_message.hpp"
#include "tests/support/catch.hpp"

using namespace simfleet;

namespace {

HttpRead read(std::string text, HttpRequest& out) {
    return read_request(text, out);
}

} // namespace

TEST_CASE("simfleet http: a request is taken off the buffer, the next one stays", "[simfleet]") {
    std::string buffer = "POST /wsman HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcPOST /";
    HttpRequest request;
    REQUIRE(read_request(buffer, request) == HttpRead::complete);
    CHECK(request.method == "POST");
    CHECK(request.target == "/wsman");
    CHECK(request.body == "abc");
    CHECK(request.keep_alive);
    CHECK(buffer == "POST /");
    CHECK(read_request(buffer, request) == HttpRead::incomplete);
}

TEST_CASE("simfleet http: every cut of a request is incomplete", "[simfleet]") {
    const std::string whole = "POST /wsman HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        HttpRequest request;
        CHECK(read(whole.substr(0, length), request) == HttpRead::incomplete);
    }
}

TEST_CASE("simfleet http: what WinRM refuses has its own answer", "[simfleet]") {
    HttpRequest request;
    const std::string start = "POST /wsman HTTP/1.1\r\nHost: a\r\n";
    CHECK(read(start + "Transfer-Encoding: chunked\r\n\r\n", request) == HttpRead::chunked);
    CHECK(read(start + "\r\n", request) == HttpRead::length_required);
    CHECK(read(start + "Content-Length: 512001\r\n\r\n", request) == HttpRead::too_large);
    CHECK(read(start + "Content-Length: 512000\r\n\r\n", request) == HttpRead::incomplete);
    CHECK(read(start + "Content-Length: -1\r\n\r\n", request) == HttpRead::bad);
    CHECK(read(start + "Content-Length: 3x\r\n\r\n", request) == HttpRead::bad);
    CHECK(read(start + "no colon\r\n\r\n", request) == HttpRead::bad);
    CHECK(read("POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n", request) == HttpRead::bad);
    CHECK(read("\x16\x03\x01 not http\r\n\r\n", request) == HttpRead::bad);
    CHECK(read(std::string(20000, 'a'), request) == HttpRead::bad);
}

TEST_CASE("simfleet http: keep-alive follows version and Connection", "[simfleet]") {
    HttpRequest request;
    REQUIRE(read("GET / HTTP/1.0\r\nHost: a\r\n\r\n", request) == HttpRead::complete);
    CHECK_FALSE(request.keep_alive);
    REQUIRE(
        read("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", request) ==
        HttpRead::complete
    );
    CHECK_FALSE(request.keep_alive);
}

TEST_CASE("simfleet http: a lying length is sent as asked", "[simfleet]") {
    HttpResponse response;
    response.claimed_length = 200'000'000;
    response.headers.emplace_back("WWW-Authenticate", "Negotiate");
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"WSMAN\"");
    const std::string bytes = to_bytes(response);
    CHECK(bytes.find("Content-Length: 200000000\r\n") != std::string::npos);
    CHECK(
        bytes.find("WWW-Authenticate: Negotiate\r\nWWW-Authenticate: Basic") != std::string::npos
    );
    CHECK(bytes.ends_with("\r\n\r\n"));
}
