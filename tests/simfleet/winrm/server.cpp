// Binds, accepts, and finds the VM that was called.
#include "tests/simfleet/winrm/server.hpp"

#include "tests/simfleet/rdp/rdp_face.hpp"
#include "tests/simfleet/ssh/ssh_face.hpp"
#include "tests/simfleet/winrm/accept_loop.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace simfleet {

namespace asio = rdpsweep::asio;

namespace {

constexpr int backlog = 4096;

rdpsweep::Error cannot(const char* what, std::uint16_t port) {
    return {
        rdpsweep::Phase::config,
        rdpsweep::Errc::local_limit,
        std::string{what} + " port " + std::to_string(port) + ": " + std::strerror(errno)};
}

bool bind_any(int socket, std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_ANY);
    return bind(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
}

std::uint16_t bound_port(int socket) {
    sockaddr_in where{};
    socklen_t length = sizeof where;
    getsockname(socket, reinterpret_cast<sockaddr*>(&where), &length);
    return ntohs(where.sin_port);
}

// SO_REUSEPORT would let us share the port with another fleet of the same user without a word, so
// one that was named is first taken without it. Of the kernel's choice nobody has any part.
rdpsweep::Status find_free(std::uint16_t port) {
    const int on = 1;
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const bool free = probe >= 0 && bind_any(probe, port) && listen(probe, 1) == 0;
    if (!free) {
        auto error = cannot("cannot listen on", port);
        close(probe);
        return error;
    }
    close(probe);
    return {};
}

// One connection to one of the VMs, by the address that was called.
void greet(asio::ip::tcp::socket socket, const std::shared_ptr<World>& world, Face face) {
    boost::system::error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (ec || !peer.address().is_loopback()) {
        world->stats.foreign_peer();
        return;
    }
    const auto called = socket.local_endpoint(ec).address().to_string();
    const Vm* vm = world->fleet.by_address(called);
    if (vm == nullptr) return; // no such machine
    const auto executor = socket.get_executor();
    if (face == Face::rdp) {
        asio::co_spawn(executor, serve_rdp(std::move(socket), world, vm), asio::detached);
    } else if (face == Face::ssh) {
        asio::co_spawn(executor, serve_ssh(std::move(socket), world, vm), asio::detached);
    } else {
        asio::co_spawn(
            executor, serve_connection(std::move(socket), world, vm, face), asio::detached
        );
    }
}

} // namespace

Server::~Server() {
    if (reserved_ >= 0) close(reserved_);
}

rdpsweep::Result<std::unique_ptr<Server>>
Server::open(asio::io_context& io, const Fleet& fleet, const Ports& ports) {
    std::unique_ptr<Server> server{new Server(io)};
    auto port = server->listen_on(ports.https == 0 ? any_port : ports.https, Face::https);
    if (!port) return std::move(port).error();
    for (const auto& [number, face] :
         {std::pair(ports.http, Face::http),
          std::pair(ports.rdp, Face::rdp),
          std::pair(ports.ssh, Face::ssh)}) {
        if (number == 0) continue;
        auto other = server->listen_on(number, face);
        if (!other) return std::move(other).error();
    }
    auto reserved = server->reserve_closed_port();
    if (!reserved) return std::move(reserved).error();
    auto holes = server->open_black_holes(fleet);
    if (!holes) return std::move(holes).error();
    return server;
}

std::uint16_t Server::port(Face face) const noexcept {
    const auto found = ports_.find(face);
    return found == ports_.end() ? std::uint16_t{0} : found->second;
}

rdpsweep::Status Server::listen_on(WantedPort wanted, Face face) {
    const std::uint16_t port = to_bind(wanted);
    if (port != 0) {
        auto free = find_free(port);
        if (!free) return free;
    }
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (listener < 0 || !bind_any(listener, port) || listen(listener, backlog) != 0) {
        auto error = cannot("cannot listen on", port);
        close(listener);
        return error;
    }
    ports_[face] = bound_port(listener);
    auto acceptor = std::make_shared<Acceptor>(io_, asio::ip::tcp::v4(), listener);
    acceptors_.emplace_back(face, std::move(acceptor));
    return {};
}

// Bound but not listening: connections are refused, and nobody else gets the port.
rdpsweep::Result<void> Server::reserve_closed_port() {
    reserved_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (reserved_ < 0 || !bind_any(reserved_, 0)) return cannot("cannot reserve", 0);
    closed_port_ = bound_port(reserved_);
    return {};
}

rdpsweep::Result<void> Server::open_black_holes(const Fleet& fleet) {
    for (std::size_t index = 0; index < fleet.size(); ++index) {
        if (fleet.manner(index) != Manner::black_hole) continue;
        auto hole = BlackHole::open(fleet.address(index), port());
        if (!hole) return std::move(hole).error();
        black_holes_.push_back(*std::move(hole));
    }
    return {};
}

void Server::start(std::shared_ptr<World> world) {
    for (const auto& [face, acceptor] : acceptors_) {
        auto serve = [world, face = face](asio::ip::tcp::socket socket) {
            greet(std::move(socket), world, face);
        };
        asio::co_spawn(io_, accept_each(acceptor, std::move(serve)), asio::detached);
    }
}

} // namespace simfleet
