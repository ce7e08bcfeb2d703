// TLS over a ByteStream: OpenSSL on buffers in memory, so that every byte of the peer's passes by
// us.
#pragma once

#include "core/facts.hpp"
#include "transports/rdp/byte_stream.hpp"
#include "transports/rdp/tls_hello.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace rdpsweep::rdp {

struct TlsOutcome {
    bool done = false;
    StreamEnd end = StreamEnd::none; // how the peer went away, if it did
    bool foreign = false;            // the peer answered something that is not TLS
    std::string reason;              // OpenSSL's, when it refused what the peer sent
};

// What a peer answered, and how it went away, if it did.
struct TlsAnswer {
    std::string text;
    StreamEnd end = StreamEnd::none; // none: it stopped by TLS's own means, or enough was said
};

class TlsSession {
public:
    // stream must outlive the session.
    TlsSession(ssl_ctx_st* offer, ByteStream& stream);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // Goes to the end of the handshake. That proves that the peer can use its key: it has signed.
    Task<TlsOutcome> handshake();

    // Sends text and returns what is answered: until enough says so, at most limit bytes, or until
    // the peer stops. Precondition: the handshake is done.
    Task<TlsAnswer> ask(std::string text, std::size_t limit, bool (*enough)(const std::string&));

    // Returns what the peer said in clear.
    [[nodiscard]] const TlsHello& hello() const noexcept { return hello_; }

    [[nodiscard]] std::string version() const; // "1.2"; empty before the handshake is done
    [[nodiscard]] std::string suite() const;
    [[nodiscard]] std::string certificate() const; // DER of the leaf; may be there after a failure

    [[nodiscard]] std::string thumbprint() const; // SHA-1 of that, lower-case hex

    // Returns what was served above the leaf, at most 8; nothing of it is verified.
    [[nodiscard]] std::vector<ServedIssuer> issuers() const;

    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

    [[nodiscard]] std::uint64_t received() const noexcept { return hello_.received(); }

private:
    Task<StreamEnd> flush();
    Task<StreamEnd> fill();

    ByteStream& stream_;
    std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
    TlsHello hello_;
    std::uint64_t sent_ = 0;
};

} // namespace rdpsweep::rdp
