// The listeners of the fleet: one wildcard socket a face, told apart by the address that was
// called.
#pragma once

#include "core/asio.hpp"
#include "core/result.hpp"
#include "tests/simfleet/ports.hpp"
#include "tests/simfleet/winrm/black_hole.hpp"
#include "tests/simfleet/winrm/connection.hpp"
#include "tests/simfleet/world.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace simfleet {

class Server {
public:
    struct Ports {
        WantedPort https = 0; // 0: any free one
        WantedPort http = 0;  // 0, here and below: no such face
        WantedPort rdp = 0;
        WantedPort ssh = 0;
    };

    // Binds the ports, reserves one on which nobody listens and opens the black holes.
    // Phase::config when a port is taken.
    static rdpsweep::Result<std::unique_ptr<Server>>
    open(rdpsweep::asio::io_context& io, const Fleet& fleet, const Ports& ports);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    // The port that a face was given; 0: there is no such face.
    [[nodiscard]] std::uint16_t port(Face face = Face::https) const noexcept;

    [[nodiscard]] std::uint16_t closed_port() const noexcept { return closed_port_; }

    // Starts accepting.
    void start(std::shared_ptr<World> world);

private:
    using Acceptor = rdpsweep::asio::ip::tcp::acceptor;

    explicit Server(rdpsweep::asio::io_context& io) : io_(io) {}

    rdpsweep::Status listen_on(WantedPort wanted, Face face);
    rdpsweep::Result<void> reserve_closed_port();
    rdpsweep::Result<void> open_black_holes(const Fleet& fleet);

    rdpsweep::asio::io_context& io_;
    std::vector<std::pair<Face, std::shared_ptr<Acceptor>>> acceptors_;
    std::vector<BlackHole> black_holes_;
    std::map<Face, std::uint16_t> ports_;
    std::uint16_t closed_port_ = 0;
    int reserved_ = -1;
};

} // namespace simfleet
