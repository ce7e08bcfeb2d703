// The server half of Negotiate: SPNEGO, NTLM and Kerberos tokens through GSSAPI.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace simfleet {

// What the process accepts; made once, then shared read-only between threads.
class GssCredential {
public:
    // Needs NTLM_USER_FILE (and KRB5_KTNAME when kerberos) in the environment. Phase::config on
    // failure, e.g. when the NTLM mechanism is not installed.
    static rdpsweep::Result<GssCredential> acquire(bool kerberos);
    GssCredential(GssCredential&&) noexcept;
    GssCredential& operator=(GssCredential&&) noexcept;
    ~GssCredential();

private:
    friend class GssAcceptor;
    struct Impl;
    explicit GssCredential(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

struct GssStep {
    enum class Outcome : std::uint8_t { more, done, refused };
    Outcome outcome = Outcome::refused;
    std::string token;     // to send back; may be empty
    std::string user;      // when done, as the mechanism spells it
    std::string mechanism; // when done: "ntlm" or "kerberos"
    bool channel_bound = false;
    std::string why; // when refused
};

// One security context. step() blocks (files, crypto) and belongs on a worker thread; calls must
// not overlap. credential must outlive it.
class GssAcceptor {
public:
    // binding: tls-server-end-point application data; empty when there is no TLS.
    GssAcceptor(const GssCredential& credential, std::string binding);
    GssAcceptor(const GssAcceptor&) = delete;
    GssAcceptor& operator=(const GssAcceptor&) = delete;
    ~GssAcceptor();

    GssStep step(std::string_view token);

    // Decrypts the peer's next message once step() is done; nothing when it was changed, replayed
    // or only signed. header and data: the two pieces in which it travels.
    std::optional<std::string> open(std::string_view header, std::string_view data);

    struct Sealed {
        std::string header;
        std::string data;
    };

    // Encrypts the answer; nothing when the client asked for no encryption.
    std::optional<Sealed> seal(std::string_view plain);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace simfleet
