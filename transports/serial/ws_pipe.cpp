// Shows the token, sorts the first word into an outcome, and keeps reading for as long as the pipe
// lives.
#include "transports/serial/ws_pipe.hpp"

#include "core/foreign_text.hpp"
#include "core/limits.hpp"
#include "core/spawn.hpp"
#include "transports/azure/dial_by_proxy.hpp"
#include "transports/net/tls_profile.hpp"
#include "transports/net/websocket.hpp"
#include "transports/serial/gateway_words.hpp"

#include <algorithm>

namespace rdpsweep::serial {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t inbox_limit = 64u << 10; // what nobody has read yet; then we stop reading
constexpr std::size_t held_bytes = 256u << 10; // the inbox, TLS and a screen, whatever comes

// How often somebody looks at the screen: a port gives 11,520 bytes a second, one by one if it
// must, and each look costs more than the byte did.
constexpr double looks_a_second = 1000;
constexpr double looks_at_once = 2000;
constexpr auto saved_up = 2s;
constexpr std::size_t worth_a_look = 256;
constexpr auto word_limit = 6s; // for the port's first word behind the token
constexpr auto goodbye_limit = 2s;

// Shared with the coroutine that reads.
struct Inbox {
    explicit Inbox(const asio::any_io_executor& executor) : news(executor), room(executor) {
        news.expires_at(asio::steady_timer::time_point::max());
        room.expires_at(asio::steady_timer::time_point::max());
    }

    asio::steady_timer news, room;
    std::string bytes;
    std::optional<Error> ended;
    net::WsClose closed;
};

Task<void> read_all(std::shared_ptr<net::WebSocket> socket, std::shared_ptr<Inbox> inbox) {
    for (;;) {
        auto came = co_await socket->receive();
        if (!came) {
            inbox->closed = socket->closed();
            inbox->ended = std::move(came).error();
            inbox->news.cancel();
            co_return;
        }
        inbox->bytes += *came;
        inbox->news.cancel();
        boost::system::error_code ignored;
        if (inbox->bytes.size() >= inbox_limit) {
            co_await inbox->room.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }
}

class WsPipe final : public Pipe {
public:
    WsPipe(std::shared_ptr<net::WebSocket> socket, Services& services, HostDeadline& deadline)
        : socket_(std::move(socket)), services_(services),
          inbox_(std::make_shared<Inbox>(deadline.executor())) {
        spawn(deadline.executor(), read_all(socket_, inbox_));
    }

    ~WsPipe() override {
        socket_->abandon();
        inbox_->room.cancel();
    }

    Task<Status> send(std::string keys, HostDeadline&) override {
        if (inbox_->ended) co_return lost();
        auto sent = co_await socket_->send(std::move(keys), services_.step_timeout);
        if (!sent) co_return lost();
        co_return Status();
    }

    Task<Result<std::string>> receive(Clock::duration limit, HostDeadline& deadline) override {
        if (!first_.empty()) {
            std::string first;
            first.swap(first_);
            co_return first;
        }
        if (inbox_->bytes.empty() && !inbox_->ended) {
            const auto guard = deadline.on_abort([inbox = inbox_] { inbox->news.cancel(); });
            if (!deadline.expired()) {
                inbox_->news.expires_after(limit);
                boost::system::error_code ignored;
                co_await inbox_->news.async_wait(asio::redirect_error(asio::use_awaitable, ignored)
                );
            }
        }
        if (inbox_->bytes.size() < worth_a_look) {
            const auto now = Clock::now();
            (void)co_await deadline.sleep(looks_.take(now) - now);
        }
        std::string bytes;
        bytes.swap(inbox_->bytes);
        inbox_->room.cancel();
        bytes = words_.pass(bytes);
        began_ = began_ || !bytes.empty();
        if (bytes.empty() && inbox_->ended) co_return lost();
        co_return bytes;
    }

    Task<void> close(HostDeadline& deadline) override {
        if (!inbox_->ended) co_await socket_->close(deadline, goodbye_limit);
    }

    // Charges what a pipe may take to the host.
    Task<Status> charge(HostDeadline& deadline) {
        held_ = HeldBytes(deadline.bytes());
        co_return co_await held_.hold(held_bytes, deadline);
    }

    // Waits for what the gateway says once it trusts us.
    Task<Status> first_word(HostDeadline& deadline) {
        const auto until = Clock::now() + word_limit;
        while (!began_ && Clock::now() < until && !deadline.expired()) {
            auto came = co_await receive(until - Clock::now(), deadline);
            if (!came) co_return std::move(came).error();
            first_ += *came;
        }
        // A port may be silent; that is for others to judge.
        co_return Status();
    }

private:
    Error lost() const {
        const auto& closed = inbox_->closed;
        const auto outcome = meaning_of_close(closed.code, closed.reason, began_);
        auto native = "close " + std::to_string(closed.code);
        // Of a refused logon no words are kept: the gateway has seen our token.
        const bool refused = outcome == ConsoleOutcome::auth_rejected;
        if (!refused) native += " " + foreign_text(closed.reason, 120);
        if (!inbox_->ended) native = "the way out is blocked";
        return console_error(outcome, {}, std::move(native));
    }

    std::shared_ptr<net::WebSocket> socket_;
    Services& services_;
    std::shared_ptr<Inbox> inbox_;
    GatewayWords words_;
    Pace looks_{looks_a_second, looks_at_once, Clock::now() - saved_up};
    HeldBytes held_;
    std::string first_;  // what first_word() heard
    bool began_ = false; // the VM's port has spoken
};

Error unreachable(Error error) {
    if (error.code() == Errc::cancelled || error.code() == Errc::local_limit) return error;
    auto detail = "the console's gateway: " + std::string(error.detail());
    return console_error(
        ConsoleOutcome::ws_blocked, std::move(detail), std::string(error.native())
    );
}

} // namespace

ConsoleOutcome meaning_of_close(std::uint16_t code, std::string_view reason, bool began) noexcept {
    // Seen: 1011 "Connection not trusted" for a first message that is no token.
    const bool distrust = reason.find("not trusted") != std::string_view::npos;
    constexpr std::uint16_t policy = 1008; // RFC 6455 section 7.4.1
    constexpr std::uint16_t internal = 1011;
    if (distrust) return ConsoleOutcome::auth_rejected;
    if (began) return ConsoleOutcome::session_preempted;
    const bool refused = code == policy || code == internal;
    return refused ? ConsoleOutcome::auth_rejected : ConsoleOutcome::service_timeout;
}

Task<Result<std::unique_ptr<Pipe>>>
open_ws_pipe(Entrance entrance, Services& services, HostDeadline& deadline, Attempt& attempt) {
    const auto& gateway = entrance.gateway;
    const net::Endpoint to{gateway.host, gateway.port};
    auto socket = co_await azure::dial_by_proxy(to, services, deadline, attempt);
    if (!socket) co_return unreachable(std::move(socket).error());
    auto context = net::make_tls_context(net::TlsProfile::strict, services.azure_ca_file);
    if (!context) co_return std::move(context).error();
    auto web = std::make_shared<net::WebSocket>(std::move(*socket), *context, to, attempt);
    auto peer = co_await web->handshake(deadline, services.step_timeout);
    if (!peer) co_return unreachable(std::move(peer).error());
    if (!peer->chain_problem.empty()) {
        co_return console_error(
            ConsoleOutcome::ws_blocked,
            "the gateway's certificate is not trusted: " + foreign_text(peer->chain_problem, 200)
        );
    }
    auto upgraded = co_await web->upgrade(gateway.path, deadline, services.step_timeout);
    if (!upgraded) {
        auto error = std::move(upgraded).error();
        if (error.code() == Errc::access_denied) {
            co_return console_error(ConsoleOutcome::auth_rejected, {}, std::string(error.native()));
        }
        co_return unreachable(std::move(error));
    }
    std::string word(entrance.token.reveal());
    auto shown = co_await web->send(std::move(word), services.step_timeout);
    if (!shown) co_return unreachable(std::move(shown).error());
    auto pipe = std::make_unique<WsPipe>(std::move(web), services, deadline);
    auto trusted = co_await pipe->charge(deadline);
    if (trusted) trusted = co_await pipe->first_word(deadline);
    if (!trusted) co_return std::move(trusted).error();
    co_return std::unique_ptr<Pipe>(std::move(pipe));
}

} // namespace rdpsweep::serial
