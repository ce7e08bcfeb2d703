// One accepted connection as a stream of bytes, with TLS or without.
#pragma once

#include "core/asio.hpp"
#include "tests/simfleet/winrm/tls_engine.hpp"
#include "tests/simfleet/winrm/turns.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace simfleet {

class PeerStream {
public:
    // tls may be null: plain text. round_trip: how far away the peer is.
    PeerStream(
        rdpsweep::asio::ip::tcp::socket socket,
        std::unique_ptr<TlsEngine> tls,
        std::chrono::milliseconds round_trip = {}
    );

    // Completes the TLS handshake; at once true for plain text.
    rdpsweep::Task<bool> handshake();
    // Waits for at least one byte and appends it to into. False when the peer is gone.
    rdpsweep::Task<bool> read(std::string& into);
    // The bytes as they come, before any TLS; for listeners that are no TLS servers.
    rdpsweep::Task<bool> read_raw(std::string& into);
    // False when the peer is gone.
    rdpsweep::Task<bool> write(std::string bytes);
    rdpsweep::Task<bool> write_raw(std::string bytes);
    // Asks the client for its certificate and waits for the answer; what it sends meanwhile is
    // appended to into. False when there is none: the connection is of no use any more.
    rdpsweep::Task<bool> ask_certificate(std::string& into);
    // The UPN of a certificate we accept; else empty.
    [[nodiscard]] std::string client_upn() const;
    // Swallows whatever the peer says until it goes away.
    rdpsweep::Task<void> ignore_peer();

    // Closes with RST instead of FIN.
    void reset() noexcept;

    // Empty for plain text.
    [[nodiscard]] std::string_view tls_version() const noexcept;
    [[nodiscard]] const std::string& binding() const noexcept;

    [[nodiscard]] bool encrypted() const noexcept { return tls_ != nullptr; }

private:
    rdpsweep::asio::ip::tcp::socket socket_;
    std::unique_ptr<TlsEngine> tls_;
    std::array<char, 8192> buffer_{};
    Turns turns_;
};

} // namespace simfleet
