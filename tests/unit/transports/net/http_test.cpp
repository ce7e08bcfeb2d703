// What goes into a request: addresses, and secrets that must not stay behind; what an answer takes,
// however it is cut.
#include "core/spawn.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/transports/net/tcp_pair.hpp"
#include "transports/net/http_answer.hpp"
#include "transports/net/http_plain.hpp"
#include "transports/net/outgoing.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <optional>

using namespace rdpsweep;
using boost::system::error_code;

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
    request.body = std::string("body");
    net::Outgoing out(std::move(request), "vm:5986");
    const auto head = out.head();
    CHECK(
        head == "POST /wsman HTTP/1.1\r\nHost: vm:5986\r\n"
                "Authorization: Basic c29tZTpwYXNzd29yZA==\r\nUser-Agent: rdpsweep\r\n"
                "Content-Length: 4\r\n\r\n"
    );
    CHECK(out.secret());
    out.sent(head.size() - 1);
    CHECK(out.secret());
    CHECK(head.find("Basic") != std::string_view::npos);
    out.sent(1);
    CHECK_FALSE(out.secret());
    CHECK(std::all_of(head.begin(), head.end(), [](char c) { return c == '\0'; }));
    CHECK_FALSE(out.done());
    out.sent(4);
    CHECK(out.done());
}

TEST_CASE("http: a request is the same in pieces of any size", "[net]") {
    const auto shared = std::make_shared<const std::string>("shared by many");
    for (std::size_t most = 1; most < 130; ++most) {
        net::HttpRequest request{"/wsman", {{"A", "b"}}, {"before ", shared, " behind"}};
        net::Outgoing out(std::move(request), "vm");
        std::string sent;
        while (!out.done()) {
            std::string piece(most, '\0');
            piece.resize(out.next(piece.data(), most));
            REQUIRE_FALSE(piece.empty());
            const auto taken = (piece.size() + 1) / 2; // what is not taken comes again
            sent += piece.substr(0, taken);
            out.sent(taken);
        }
        CHECK(
            sent == "POST /wsman HTTP/1.1\r\nHost: vm\r\nA: b\r\nContent-Length: 28\r\n\r\n"
                    "before shared by many behind"
        );
    }
    CHECK(shared.use_count() == 1);
}

TEST_CASE("http: a GET has no body, and its path is overwritten once it is sent", "[net]") {
    net::HttpRequest request;
    request.method = net::HttpMethod::get;
    request.path = "/disks/os?sig=c2lnbmF0dXJlLW9mLXRoZS10ZXN0";
    request.headers.emplace_back("Host", "storage.example");
    net::Outgoing out(std::move(request), "storage.example:443");
    const auto head = out.head();
    CHECK(
        head == "GET /disks/os?sig=c2lnbmF0dXJlLW9mLXRoZS10ZXN0 HTTP/1.1\r\n"
                "Host: storage.example\r\n\r\n"
    );
    out.sent(head.size());
    CHECK(out.done());
    CHECK(std::all_of(head.begin(), head.end(), [](char c) { return c == '\0'; }));
}

namespace {

struct Answered {
    error_code code;
    net::HttpResponse response;
    std::string rest;
};

// Returns what comes of an answer that arrives in pieces of that size.
Answered in_pieces(const std::string& bytes, std::size_t size) {
    Answered made;
    net::HttpAnswer answer(1000);
    for (std::size_t at = 0; at < bytes.size() && !made.code && !answer.done(); at += size) {
        made.code = answer.take(std::string_view(bytes).substr(at, size));
    }
    if (!made.code && !answer.done()) made.code = answer.end();
    if (!made.code && answer.done()) made.response = answer.release();
    made.rest = answer.rest();
    return made;
}

// The same, of one that arrives whole; that no way to cut it says anything else is checked.
Answered answered(const std::string& bytes) {
    auto whole = in_pieces(bytes, bytes.size());
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        const auto cut = in_pieces(bytes, size);
        INFO("pieces of " << size);
        CHECK(cut.code == whole.code);
        CHECK(cut.response.status == whole.response.status);
        CHECK(cut.response.body == whole.response.body);
        CHECK(cut.response.headers == whole.response.headers);
    }
    return whole;
}

struct Exchanged {
    Result<net::HttpResponse> answer;
    std::size_t held = 0;
    bool usable = false;
};

// Returns what comes of a request over TCP whose answer is these bytes, with an account of so many.
Exchanged exchange(const std::string& bytes, std::size_t most) {
    asio::io_context lane{1};
    auto [ours, theirs] = test::tcp_pair(lane.get_executor());
    ByteRules rules;
    rules.host = most;
    const auto account = std::make_shared<HostBytes>(nullptr, rules);
    asio::write(theirs, asio::buffer(bytes));
    HostDeadline deadline(lane.get_executor(), Clock::now() + std::chrono::hours(1), account);
    Attempt attempt;
    net::PlainHttpConnection http(std::move(ours), {"vm", 5985}, attempt);
    std::optional<Exchanged> done;
    auto task = [&]() -> Task<void> {
        net::HttpRequest request;
        request.path = "/wsman";
        auto answer =
            co_await http.exchange(std::move(request), deadline, std::chrono::minutes(1), 1u << 20);
        const auto held = account->held();
        done.emplace(Exchanged{std::move(answer), held, http.usable()});
        http.close();
        deadline.expire();
    };
    spawn(lane.get_executor(), task);
    while (!done && lane.run_one() > 0) {
    }
    CHECK(attempt.bytes_received <= bytes.size());
    CHECK(attempt.round_trips == 1);
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
    CHECK(answered(interim + last).response.body == "ok");
    CHECK(answered("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + last).response.status == 200);
    std::string eight;
    for (int i = 0; i < 8; ++i)
        eight += interim;
    CHECK(answered(eight + last).response.status == 200);
    CHECK(answered(eight + interim + last).code == boost::beast::http::error::header_limit);
    // An upgrade that nobody asked for is an answer.
    CHECK(answered("HTTP/1.1 101 Switching\r\n\r\n").response.status == 101);
    CHECK(answered(last + "HTTP/1.1").rest == "HTTP/1.1");
}

TEST_CASE("http: the peer's end ends a body without a length, and nothing else", "[net]") {
    namespace http = boost::beast::http;
    CHECK(answered("HTTP/1.1 200 OK\r\n\r\nuntil the end").response.body == "until the end");
    CHECK(
        answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell").code ==
        http::error::partial_message
    );
    CHECK(answered("HTTP/1.1 200 O").code == http::error::partial_message);
    CHECK(answered("").code == http::error::end_of_stream);
}

TEST_CASE("http: a body longer than the limit is refused by its header", "[net]") {
    const auto refused = [](const std::string& header) {
        return answered("HTTP/1.1 200 OK\r\n" + header + "\r\n\r\nx").code;
    };
    namespace http = boost::beast::http;
    CHECK(refused("Content-Length: 1001") == http::error::body_limit);
    CHECK(refused("Content-Length: 9000000000") == http::error::body_limit);
    CHECK(refused("Content-Length: 1152921504606846976") == http::error::body_limit);
    CHECK(refused("Content-Length: 18446744073709551615") == http::error::body_limit);
    CHECK(refused("Content-Length: 18446744073709551616") == http::error::bad_content_length);
    CHECK(refused("Content-Length: -1") == http::error::bad_content_length);
    CHECK(
        in_pieces(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n\r\nx", 1000
        )
            .code == http::error::body_limit
    );
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").response.body == "hello");
    const auto most = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'a');
    CHECK(in_pieces(most, 1).response.body.size() == 1000);
    CHECK(in_pieces(most, most.size()).response.body.size() == 1000);
}

TEST_CASE("http: the body is charged to the host to the byte, and until it goes", "[net][bytes]") {
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    {
        const auto whole = exchange(answer + std::string(1000, 'x'), 1000);
        REQUIRE(whole.answer);
        CHECK(whole.answer->body.size() == 1000);
        CHECK(whole.answer->held.bytes() == 1000);
        CHECK(whole.held == 1000);
        CHECK(whole.usable);
    }
    const auto large = exchange(answer + std::string(1000, 'x'), 999);
    REQUIRE_FALSE(large.answer);
    CHECK(large.answer.error().code() == Errc::output_limit);
    CHECK_FALSE(large.usable);
}

TEST_CASE("http: chunks of one byte are one body, and are charged as such", "[net][bytes]") {
    const auto whole = exchange(chunked(5000), 5000);
    REQUIRE(whole.answer);
    CHECK(whole.answer->body == std::string(5000, 'x'));
    CHECK(whole.held == 5000);
    const auto large = exchange(chunked(5000), 4999);
    REQUIRE_FALSE(large.answer);
    CHECK(large.answer.error().code() == Errc::output_limit);
}
