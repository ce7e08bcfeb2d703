// Fills the queue of a listening socket with connections of our own.
#include "tests/simfleet/winrm/black_hole.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace simfleet {

namespace {

// Linux accepts backlog + 1 connections and then drops SYNs (net.ipv4.tcp_abort_on_overflow 0).
constexpr int fillers_at_most = 4;
constexpr int answer_within_ms = 10;

rdpsweep::Error failed(const char* what) {
    return {
        rdpsweep::Phase::internal,
        rdpsweep::Errc::local_limit,
        std::string{"black hole: "} + what + ": " + std::strerror(errno)};
}

sockaddr_in endpoint(const std::string& address, std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &where.sin_addr);
    return where;
}

bool connected_soon(int socket) {
    pollfd waiting{socket, POLLOUT, 0};
    return poll(&waiting, 1, answer_within_ms) > 0;
}

} // namespace

BlackHole::BlackHole(BlackHole&& other) noexcept : sockets_(std::exchange(other.sockets_, {})) {}

BlackHole::~BlackHole() {
    for (const int socket : sockets_)
        close(socket);
}

rdpsweep::Result<BlackHole> BlackHole::open(const std::string& address, std::uint16_t port) {
    BlackHole hole;
    const sockaddr_in where = endpoint(address, port);
    const auto* name = reinterpret_cast<const sockaddr*>(&where);
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) return failed("socket");
    hole.sockets_.push_back(listener);
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(listener, name, sizeof where) != 0) return failed("bind");
    if (listen(listener, 0) != 0) return failed("listen");
    for (int filler = 0; filler < fillers_at_most; ++filler) {
        const int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (client < 0) return failed("socket");
        const bool started = connect(client, name, sizeof where) == 0 || errno == EINPROGRESS;
        if (!started || !connected_soon(client)) {
            close(client);
            return hole;
        }
        hole.sockets_.push_back(client);
    }
    errno = EISCONN;
    return failed("the queue does not fill");
}

} // namespace simfleet
