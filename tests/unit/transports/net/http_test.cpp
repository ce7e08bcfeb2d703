// What goes into a request: addresses, and secrets that must not stay behind; what an answer takes.
#include "core/spawn.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "transports/net/http_exchange.hpp"

#include <boost/beast/_experimental/test/stream.hpp>

#include <optional>

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
    net::wipe_secrets(message);
    CHECK(std::all_of(where.begin(), where.end(), [](char c) { return c == '\0'; }));
    CHECK(message[http::field::user_agent] == "rdpsweep");
}

TEST_CASE("http: a GET has no body, and its path is overwritten once it is sent", "[net]") {
    net::HttpRequest request;
    request.method = net::HttpMethod::get;
    request.path = "/disks/os?sig=c2lnbmF0dXJlLW9mLXRoZS10ZXN0";
    request.headers.emplace_back("Host", "storage.example");
    auto message = net::http_message(std::move(request), "storage.example:443");
    CHECK(request.path.find("sig=") == std::string::npos); // NOLINT: on purpose
    namespace http = boost::beast::http;
    CHECK(message.method() == http::verb::get);
    CHECK(message[http::field::host] == "storage.example");
    CHECK(message.find(http::field::content_length) == message.end());
    const auto target = message.target();
    REQUIRE(target == "/disks/os?sig=c2lnbmF0dXJlLW9mLXRoZS10ZXN0");
    net::wipe_secrets(message);
    CHECK(std::all_of(target.begin(), target.end(), [](char c) { return c == '\0'; }));
}

namespace {

// Returns what comes of an answer that lies in one piece, header and body together.
net::Exchange exchange_with(const std::string& answer) {
    namespace beast = boost::beast;
    return test::run_task([&](HostDeadline& deadline) -> Task<net::Exchange> {
        const auto lane = co_await asio::this_coro::executor;
        beast::test::stream ours(static_cast<asio::io_context&>(lane.context()), answer);
        beast::test::stream theirs(static_cast<asio::io_context&>(lane.context()));
        ours.connect(theirs);
        beast::flat_buffer buffer;
        auto message = net::http_message(net::HttpRequest{"/wsman", {}, "question"}, "vm:5986");
        const net::AnswerBounds bounds{1000, deadline};
        auto done = co_await net::exchange_over(ours, buffer, message, bounds);
        co_return done;
    });
}

// Returns the exchange of a request whose answer is these bytes, with an account of so many.
net::Exchange exchange(const std::string& answer, std::size_t most, std::size_t& held) {
    asio::io_context lane{1};
    std::optional<net::Exchange> done;
    ByteRules rules;
    rules.host = most;
    const auto bytes = std::make_shared<HostBytes>(nullptr, rules);
    HostDeadline deadline(lane.get_executor(), Clock::now() + std::chrono::hours(1), bytes);
    boost::beast::test::stream ours(lane), theirs(lane);
    ours.connect(theirs);
    ours.append(answer);
    net::HttpRequest request;
    request.path = "/wsman";
    auto message = net::http_message(std::move(request), "vm:5986");
    boost::beast::flat_buffer buffer(1u << 20);
    auto task = [&]() -> Task<void> {
        const net::AnswerBounds bounds{1u << 20, deadline};
        auto one = co_await net::exchange_over(ours, buffer, message, bounds);
        held = bytes->held();
        done.emplace(std::move(one));
        deadline.expire();
    };
    spawn(lane.get_executor(), task);
    lane.run();
    return std::move(*done);
}

std::string chunked(std::size_t pieces) {
    std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < pieces; ++at)
        answer += "1\r\nx\r\n";
    return answer + "0\r\n\r\n";
}

} // namespace

TEST_CASE("http: what comes before the final answer is passed over, so far", "[net]") {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::string last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    CHECK(exchange_with(interim + last).response.body == "ok");
    CHECK(
        exchange_with("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + last).response.status == 200
    );
    std::string eight;
    for (int i = 0; i < 8; ++i)
        eight += interim;
    CHECK(exchange_with(eight + last).response.status == 200);
    CHECK(exchange_with(eight + interim + last).code == boost::beast::http::error::header_limit);
    // An upgrade that nobody asked for is an answer.
    CHECK(exchange_with("HTTP/1.1 101 Switching\r\n\r\n").response.status == 101);
}

TEST_CASE("http: a body longer than the limit is refused by its header", "[net]") {
    const auto refused = [](const std::string& header) {
        return exchange_with("HTTP/1.1 200 OK\r\n" + header + "\r\n\r\nx").code;
    };
    namespace http = boost::beast::http;
    CHECK(refused("Content-Length: 1001") == http::error::body_limit);
    CHECK(refused("Content-Length: 9000000000") == http::error::body_limit);
    CHECK(refused("Content-Length: 1152921504606846976") == http::error::body_limit);
    CHECK(refused("Content-Length: 18446744073709551615") == http::error::body_limit);
    CHECK(refused("Content-Length: 18446744073709551616") == http::error::bad_content_length);
    CHECK(refused("Content-Length: -1") == http::error::bad_content_length);
    CHECK(refused("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF") == http::error::body_limit);
    CHECK(
        exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").response.body == "hello"
    );
    const auto most =
        exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'a'));
    CHECK(most.response.body.size() == 1000);
}

TEST_CASE("http: the body is charged to the host to the byte, and until it goes", "[net][bytes]") {
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    std::size_t held = 0;
    {
        const auto whole = exchange(answer + std::string(1000, 'x'), 1000, held);
        CHECK_FALSE(whole.code);
        CHECK(whole.status);
        CHECK(whole.response.body.size() == 1000);
        CHECK(whole.response.held.bytes() == 1000);
        CHECK(held == 1000);
    }
    const auto large = exchange(answer + std::string(1000, 'x'), 999, held);
    REQUIRE_FALSE(large.status);
    CHECK(large.status.error().code() == Errc::output_limit);
    CHECK(large.response.body.empty());
}

TEST_CASE("http: chunks of one byte are one body, and are charged as such", "[net][bytes]") {
    std::size_t held = 0;
    const auto whole = exchange(chunked(5000), 5000, held);
    CHECK_FALSE(whole.code);
    CHECK(whole.status);
    CHECK(whole.response.body == std::string(5000, 'x'));
    CHECK(held == 5000);
    const auto large = exchange(chunked(5000), 4999, held);
    REQUIRE_FALSE(large.status);
    CHECK(large.status.error().code() == Errc::output_limit);
}
