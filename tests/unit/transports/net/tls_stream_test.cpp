// Our TLS stream against OpenSSL's server: whatever is cut, late, refused or asked for in between.
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/transports/net/tcp_pair.hpp"
#include "tests/unit/transports/net/tls_peer.hpp"
#include "transports/net/alert.hpp"
#include "transports/net/tls_stream.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <functional>
#include <future>
#include <limits>

using namespace rdpsweep;
using boost::system::error_code;
using net::Step;
using net::Wire;
using test::TlsPeer;

namespace {

const error_code truncated = asio::ssl::error::stream_truncated;

// What a client's part came to.
struct Seen {
    error_code shaken;
    error_code code; // of the read that ended it
    std::string text;
    Attempt attempt;
};

Task<error_code> ready(Wire& wire, Step::Wants wants) {
    error_code code;
    co_await wire.socket().async_wait(
        Wire::wait_for(wants), asio::redirect_error(asio::use_awaitable, code)
    );
    co_return wire.explained(code);
}

Task<error_code> write_all(Wire& wire, std::string_view text) {
    while (!text.empty()) {
        const auto step = wire.write(text.data(), text.size());
        text.remove_prefix(step.count);
        auto code = step.code;
        if (step.wants != Step::Wants::nothing) code = co_await ready(wire, step.wants);
        if (code) co_return code;
    }
    co_return error_code();
}

// Reads up to the end, a few bytes at a time.
Task<error_code> read_all(Wire& wire, std::string& text) {
    std::array<char, 7> piece{};
    for (;;) {
        const auto step = wire.read(piece.data(), piece.size());
        text.append(piece.data(), step.count);
        auto code = step.code;
        if (step.wants != Step::Wants::nothing) code = co_await ready(wire, step.wants);
        if (code) co_return code;
    }
}

using ServerPart = std::function<void(TlsPeer&)>;
using ClientPart = std::function<Task<void>(net::TlsStream&, Seen&)>;

Task<void> just_read(net::TlsStream& stream, Seen& seen) {
    seen.code = co_await read_all(stream, seen.text);
}

struct Side {
    int version = TLS1_3_VERSION;
    test::TlsContext server = {};
    std::size_t most = std::numeric_limits<std::size_t>::max();
};

// Runs a client's part, which begins behind the handshake, against a server's.
Seen meet(const Side& side, const ServerPart& server, const ClientPart& client = just_read) {
    return test::run_task([&](HostDeadline&) -> Task<Seen> {
        const auto lane = co_await asio::this_coro::executor;
        auto sockets = test::tcp_pair(lane);
        const auto context = side.server ? side.server : test::tls_server(side.version);
        TlsPeer peer(std::move(sockets.second), context, side.most);
        const test::PeerThread thread([&] {
            server(peer);
            peer.end_writing(); // a client that still waits is not left waiting
        });
        net::TlsStream stream(std::move(sockets.first), test::tls_client(side.version), "vm.test");
        Seen seen;
        seen.shaken = co_await stream.handshake();
        if (!seen.shaken) {
            auto part = client(stream, seen);
            co_await std::move(part);
        }
        stream.book(seen.attempt);
        stream.close();
        co_return seen;
    });
}

const auto versions = {TLS1_2_VERSION, TLS1_3_VERSION};

} // namespace

TEST_CASE("tls stream: both ways, when every byte comes alone", "[net][tls]") {
    const std::string question(40'000, 'q'), answer(3000, 'a');
    for (const int version : versions) {
        std::string asked;
        std::size_t said = 0;
        const auto seen = meet(
            {version},
            [&](TlsPeer& peer) {
                if (peer.handshake() && peer.read(asked, question.size()) && peer.write(answer))
                    peer.say_goodbye();
                said = peer.said();
            },
            [&](net::TlsStream& stream, Seen& saw) -> Task<void> {
                CHECK(stream.handshake_trips() == (version == TLS1_3_VERSION ? 1u : 2u));
                saw.code = co_await write_all(stream, question);
                if (!saw.code) saw.code = co_await read_all(stream, saw.text);
            }
        );
        CHECK_FALSE(seen.shaken);
        CHECK(asked == question);
        CHECK(seen.text == answer);
        CHECK(seen.code == asio::error::eof);
        CHECK(seen.attempt.bytes_received == said);
        CHECK(seen.attempt.bytes_sent > question.size());
    }
}

TEST_CASE("tls stream: an end at any byte is told from an orderly one", "[net][tls]") {
    for (const int version : versions) {
        const auto server = test::tls_server(version);
        std::size_t shaken = 0, all = 0;
        const auto part = [&](TlsPeer& peer) {
            const bool done = peer.handshake();
            if (done) shaken = peer.said();
            if (done && peer.write("the answer") && peer.say_goodbye()) all = peer.said();
        };
        REQUIRE(meet({version, server}, part).code == asio::error::eof);
        // A signature may be a few bytes shorter or longer: all is more than enough.
        for (std::size_t most = 0; most + 8 < all; most += most + 40 < all ? 11 : 1) {
            INFO("ends after " << most << " of " << all);
            const auto seen = meet({version, server, most}, part);
            CHECK((seen.shaken ? seen.shaken : seen.code) == truncated);
            CHECK((seen.text.empty() || seen.text == "the answer"));
        }
    }
}

TEST_CASE("tls stream: what the host no longer says it still hears", "[net][tls]") {
    for (const int version : versions) {
        std::string heard;
        const auto seen = meet(
            {version},
            [&](TlsPeer& peer) {
                if (peer.handshake() && peer.write("all")) peer.say_goodbye();
                peer.end_writing();
                peer.read(heard, 5);
            },
            [](net::TlsStream& stream, Seen& saw) -> Task<void> {
                saw.code = co_await read_all(stream, saw.text);
                const auto written = co_await write_all(stream, "still");
                CHECK_FALSE(written);
            }
        );
        CHECK(seen.code == asio::error::eof);
        CHECK(heard == "still");
    }
}

TEST_CASE("tls stream: an alert is read, in the handshake and behind it", "[net][tls]") {
    const auto alone = [](TlsPeer& peer) { peer.handshake(); };
    const auto seen = meet({TLS1_2_VERSION, test::tls_server(TLS1_3_VERSION)}, alone);
    CHECK(net::alert_text(seen.shaken) == "TLS alert 70 protocol version");
    // Nobody signed our certificate. In TLS 1.3 the client is done before the server says so.
    for (const int version : versions) {
        const auto server = test::tls_server(version);
        SSL_CTX_set_verify(server.get(), SSL_VERIFY_PEER, nullptr);
        const auto refused = meet({version, server}, alone);
        CHECK(static_cast<bool>(refused.shaken) == (version == TLS1_2_VERSION));
        const auto alert = net::alert_text(refused.shaken ? refused.shaken : refused.code);
        REQUIRE(alert);
        CHECK(net::is_certificate_alert(*alert));
    }
}

TEST_CASE("tls stream: the host asks for a certificate behind the request", "[net][tls]") {
    for (const int version : versions) {
        bool asked = false;
        const auto seen = meet(
            {version},
            [&](TlsPeer& peer) {
                std::string question;
                if (!peer.handshake() || !peer.read(question, 8)) return;
                asked = version == TLS1_3_VERSION ? peer.ask_for_certificate() : peer.renegotiate();
                if (asked && peer.write("welcome")) peer.say_goodbye();
            },
            [](net::TlsStream& stream, Seen& saw) -> Task<void> {
                saw.code = co_await write_all(stream, "question");
                if (!saw.code) saw.code = co_await read_all(stream, saw.text);
            }
        );
        INFO("version " << version << ", " << seen.code.message());
        CHECK(asked);
        CHECK(seen.text == "welcome");
        CHECK(seen.code == asio::error::eof);
    }
}

TEST_CASE("tls stream: a host that says nothing is left when its time is up", "[net][tls]") {
    const auto waits = [](bool closed) {
        return test::run_task([closed](HostDeadline&) -> Task<error_code> {
            const auto lane = co_await asio::this_coro::executor;
            auto sockets = test::tcp_pair(lane);
            net::TlsStream stream(
                std::move(sockets.first), test::tls_client(TLS1_3_VERSION), "vm.test"
            );
            // A later limit does not put off an earlier one, nor an earlier one that was lifted.
            stream.allow_until(Clock::now());
            stream.allow_for_good();
            stream.allow_until(Clock::now() + std::chrono::hours(1));
            if (closed) asio::post(lane, [&stream] { stream.close(); });
            if (!closed) stream.allow_until(Clock::now() + std::chrono::milliseconds(1));
            const auto code = co_await stream.handshake();
            char byte = 0;
            CHECK(stream.read(&byte, 1).code == code);
            CHECK(stream.write(&byte, 1).code == code);
            co_return code;
        });
    };
    CHECK(waits(false) == boost::beast::error::timeout);
    CHECK(waits(true) == asio::error::operation_aborted);
}

TEST_CASE("tls stream: session tickets without end do not hold up the lane", "[net][tls]") {
    std::promise<void> given;
    const auto floods = [&given](TlsPeer& peer) {
        CHECK(peer.handshake());
        CHECK(peer.give_tickets(500));
        given.set_value();
        CHECK(peer.write("at last"));
        peer.say_goodbye();
    };
    std::size_t most = 0;
    const auto client = [&](net::TlsStream& stream, Seen& seen) -> Task<void> {
        given.get_future().wait();
        stream.book(seen.attempt); // the handshake
        std::array<char, 7> piece{};
        while (!seen.code) {
            Attempt booked;
            const auto step = stream.read(piece.data(), piece.size());
            stream.book(booked);
            most = std::max(most, static_cast<std::size_t>(booked.bytes_received));
            seen.text.append(piece.data(), step.count);
            seen.code = step.code;
            if (step.wants != Step::Wants::nothing) seen.code = co_await ready(stream, step.wants);
        }
    };
    const auto seen = meet({}, floods, client);
    CHECK(seen.text == "at last");
    CHECK(seen.code == asio::error::eof);
    CHECK(most == 64u << 10);
}
