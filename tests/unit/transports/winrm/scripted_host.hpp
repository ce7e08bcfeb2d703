// A WinRM host on loopback that the test scripts: HTTP as the simulated fleet reads it, NTLM and
// encryption by the system's GSSAPI acceptor.
#pragma once

#include "core/host_deadline.hpp"
#include "tests/simfleet/winrm/gss_acceptor.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep::test {

class ScriptedHost {
public:
    static constexpr const char* user = "SIM\\sweeper";
    static constexpr const char* password = "right horse battery";

    // Listens on a free port of 127.0.0.1 and serves until the deadline's lane ends.
    void start(HostDeadline& deadline);

    // Changes the polite answer to the n-th request, from 0; nothing resets the connection.
    using Answer = std::optional<simfleet::HttpResponse>;
    std::function<Answer(std::size_t n, const simfleet::HttpRequest& request, Answer polite)>
        script;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    std::string received;        // every byte, of all connections
    std::size_t connections = 0; // accepted
    std::size_t requests = 0;
    std::size_t proofs = 0;             // AUTHENTICATE messages: each counts towards a lock-out
    std::vector<std::string> envelopes; // what could be decrypted
    std::string last_answer = "<Envelope/>"; // plain text of the next sealed answers

private:
    struct Connection;
    using Acceptor = asio::ip::tcp::acceptor;
    Task<void> accept_all(std::shared_ptr<Acceptor> acceptor);
    Task<void> serve(std::shared_ptr<Connection> connection);
    Answer polite(Connection& connection, const simfleet::HttpRequest& request);

    std::uint16_t port_ = 0;
};

// A sealed answer as WinRM sends it.
simfleet::HttpResponse sealed_answer(simfleet::GssAcceptor& session, const std::string& plain);

} // namespace rdpsweep::test
