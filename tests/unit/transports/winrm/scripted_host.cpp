#include "tests/unit/transports/winrm/scripted_host.hpp"

#include "core/encoding.hpp"
#include "tests/simfleet/winrm/sealed_body.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdlib>

namespace rdpsweep::test {

namespace {

using simfleet::GssAcceptor;
using simfleet::GssCredential;
using simfleet::HttpRequest;
using simfleet::HttpResponse;

// gss-ntlmssp takes the accounts it accepts from a file that the environment names.
const GssCredential& accounts() {
    static const GssCredential credential = [] {
        static const Scratch scratch;
        const auto path =
            scratch.file("accounts", "SIM:sweeper:" + std::string(ScriptedHost::password) + "\n");
        setenv("NTLM_USER_FILE", path.c_str(), 1);
        auto made = GssCredential::acquire(false);
        REQUIRE(made);
        return std::move(*made);
    }();
    return credential;
}

HttpResponse challenge(const std::string& token) {
    HttpResponse response;
    response.status = 401;
    const auto line = token.empty() ? "Negotiate" : "Negotiate " + base64_encode(token);
    response.headers.emplace_back("WWW-Authenticate", line);
    return response;
}

} // namespace

struct ScriptedHost::Connection {
    explicit Connection(asio::ip::tcp::socket accepted)
        : socket(std::move(accepted)), session(accounts(), std::string()) {}

    asio::ip::tcp::socket socket;
    GssAcceptor session;
    std::string unread;
};

HttpResponse sealed_answer(GssAcceptor& session, const std::string& plain) {
    auto sealed = session.seal(plain);
    HttpResponse response;
    if (!sealed) {
        response.status = 500;
        return response;
    }
    simfleet::SealedBody body;
    body.header = std::move(sealed->header);
    body.data = std::move(sealed->data);
    body.length = body.data.size();
    response.content_type = simfleet::sealed_content_type(simfleet::spnego_protocol);
    response.body = simfleet::write_sealed_body(body, simfleet::spnego_protocol);
    return response;
}

void ScriptedHost::start(HostDeadline& deadline) {
    [[maybe_unused]] const auto& known = accounts();
    const asio::ip::tcp::endpoint any(asio::ip::make_address("127.0.0.1"), 0);
    // Held by its coroutine only: it must not outlive the lane.
    auto acceptor = std::make_shared<Acceptor>(deadline.executor(), any);
    port_ = acceptor->local_endpoint().port();
    asio::co_spawn(deadline.executor(), accept_all(std::move(acceptor)), asio::detached);
}

Task<void> ScriptedHost::accept_all(std::shared_ptr<Acceptor> acceptor) {
    const auto executor = co_await asio::this_coro::executor;
    for (;;) {
        boost::system::error_code code;
        auto socket =
            co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, code));
        if (code) co_return;
        ++connections;
        auto connection = std::make_shared<Connection>(std::move(socket));
        asio::co_spawn(executor, serve(std::move(connection)), asio::detached);
    }
}

Task<void> ScriptedHost::serve(std::shared_ptr<Connection> connection) {
    auto& socket = connection->socket;
    for (;;) {
        HttpRequest request;
        std::array<char, 4096> buffer;
        boost::system::error_code code;
        while (simfleet::read_request(connection->unread, request) != simfleet::HttpRead::complete
        ) {
            const auto got = co_await socket.async_read_some(
                asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, code)
            );
            if (code) co_return;
            received.append(buffer.data(), got);
            connection->unread.append(buffer.data(), got);
        }
        auto answer = polite(*connection, request);
        if (script) answer = script(requests, request, std::move(answer));
        ++requests;
        if (!answer) {
            socket.set_option(asio::socket_base::linger(true, 0), code);
            co_return;
        }
        const auto bytes = simfleet::to_bytes(*answer);
        co_await asio::async_write(
            socket, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, code)
        );
        if (code || answer->close) co_return;
    }
}

ScriptedHost::Answer ScriptedHost::polite(Connection& connection, const HttpRequest& request) {
    if (const auto* header = request.header("authorization")) {
        const auto token = base64_decode(header->substr(header->find(' ') + 1));
        if (!token) return challenge("");
        constexpr std::string_view authenticate("NTLMSSP\0\3", 9);
        if (token->starts_with(authenticate)) ++proofs;
        const auto step = connection.session.step(*token);
        if (step.outcome == simfleet::GssStep::Outcome::more) return challenge(step.token);
        if (step.outcome == simfleet::GssStep::Outcome::refused) return challenge("");
        return HttpResponse();
    }
    std::string why;
    const auto sealed = simfleet::read_sealed_body(request.body, simfleet::spnego_protocol, why);
    const auto plain =
        sealed ? connection.session.open(sealed->header, sealed->data) : std::nullopt;
    if (!plain) {
        HttpResponse response;
        response.status = 400;
        return response;
    }
    envelopes.push_back(*plain);
    return sealed_answer(connection.session, last_answer);
}

} // namespace rdpsweep::test
