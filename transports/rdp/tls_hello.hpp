// What a server says in clear when TLS begins, read from the raw bytes: the version of its
// ServerHello, an alert, or that it speaks no TLS at all. OpenSSL hides these behind one error; for
// the verdict they are three different facts (RFC 5246 6.2.1, 7.2, 7.4.1.3; RFC 8446 4.2.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::rdp {

// Watches the bytes a server sends after our ClientHello. Keeps the first few hundred of them.
class TlsHello {
public:
    void feed(std::string_view bytes);

    // Counts all bytes that the server has sent.
    [[nodiscard]] std::size_t received() const noexcept { return received_; }

    // Returns the first of them, at most 16.
    [[nodiscard]] std::string_view first() const noexcept;

    // Returns the description of an alert in clear, RFC 8446 section 6.
    [[nodiscard]] std::optional<std::uint8_t> alert() const;

    // Returns "1.0" to "1.3", of a ServerHello; empty when none came.
    [[nodiscard]] std::string version() const;

    // Tells whether something came that is no TLS record.
    [[nodiscard]] bool foreign() const;

private:
    std::string seen_;
    std::size_t received_ = 0;
};

} // namespace rdpsweep::rdp
