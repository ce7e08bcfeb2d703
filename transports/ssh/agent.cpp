// Connects to the agent's socket and exchanges one message at a time, within the deadline.
#include "transports/ssh/agent.hpp"

#include "transports/ssh/wire.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace rdpsweep::ssh {

namespace {

using Socket = asio::posix::stream_descriptor;

Error agent_error(Errc code, std::string what) {
    return Error(Phase::authenticate, code, std::move(what))
        .with_hint("is SSH_AUTH_SOCK that of a running agent? ssh-add -l");
}

// Connects at once or not at all: the agent is on this machine.
int connect_to(const std::string& path) {
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof address.sun_path) return -1;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        return descriptor;
    }
    ::close(descriptor);
    return -1;
}

Task<bool> send_all(Socket& socket, std::string bytes) {
    std::size_t sent = 0;
    boost::system::error_code error;
    while (sent < bytes.size() && !error) {
        const auto rest = asio::buffer(bytes.data() + sent, bytes.size() - sent);
        sent += co_await socket.async_write_some(
            rest, asio::redirect_error(asio::use_awaitable, error)
        );
    }
    co_return !error;
}

Task<bool> receive_exactly(Socket& socket, std::string& bytes, std::size_t length) {
    bytes.resize(length);
    std::size_t got = 0;
    boost::system::error_code error;
    while (got < length && !error) {
        const auto rest = asio::buffer(bytes.data() + got, length - got);
        got +=
            co_await socket.async_read_some(rest, asio::redirect_error(asio::use_awaitable, error));
    }
    co_return !error;
}

} // namespace

Task<Result<std::string>> Agent::ask(std::string request, HostDeadline& deadline) {
    const int descriptor = connect_to(path_);
    if (descriptor < 0) co_return agent_error(Errc::unsupported, "there is no SSH agent");
    // Shared: the timer's handler may run after this frame is gone.
    const auto socket = std::make_shared<Socket>(deadline.executor(), descriptor);
    const auto close = [socket] {
        boost::system::error_code ignored;
        socket->close(ignored);
    };
    const auto guard = deadline.on_abort(close);
    asio::steady_timer timer(deadline.executor(), step_);
    timer.async_wait([close](boost::system::error_code stopped) {
        if (!stopped) close();
    });
    std::string answer;
    bool whole = co_await send_all(*socket, std::move(request));
    if (whole) whole = co_await receive_exactly(*socket, answer, 4);
    const auto length = whole ? WireReader(answer).number() : std::nullopt;
    if (!length || *length > agent_answer_bytes) {
        co_return agent_error(Errc::timed_out, "the SSH agent did not answer");
    }
    whole = co_await receive_exactly(*socket, answer, *length);
    if (!whole) co_return agent_error(Errc::timed_out, "the SSH agent broke off");
    co_return answer;
}

Task<Result<std::vector<AgentKey>>> Agent::keys(HostDeadline& deadline) {
    auto answer = co_await ask(agent_list_request(), deadline);
    if (!answer) co_return std::move(answer).error();
    auto keys = read_agent_keys(*answer);
    if (!keys) co_return agent_error(Errc::malformed_output, "the SSH agent listed no keys");
    co_return std::move(*keys);
}

Task<Result<std::string>> Agent::sign(std::string blob, std::string data, HostDeadline& deadline) {
    auto answer = co_await ask(agent_sign_request(blob, data), deadline);
    if (!answer) co_return std::move(answer).error();
    auto signature = read_agent_signature(*answer);
    if (!signature) co_return agent_error(Errc::access_denied, "the SSH agent did not sign");
    co_return std::move(*signature);
}

} // namespace rdpsweep::ssh
