// What HTTPS and a WebSocket have in common below Beast: the shared context, the name that is asked
// for, and the count of bytes on the wire.
#pragma once

#include "core/outcome.hpp"

#include <cstdint>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace rdpsweep::net {

// Takes one more reference: Asio's context takes ownership of a raw SSL_CTX, and ours is shared.
ssl_ctx_st* retain(ssl_ctx_st* context) noexcept;

// Asks the server for host (SNI), unless that is an address (RFC 6066 section 3).
void ask_for_name(ssl_st* tls, const std::string& host);

// Returns the round trips of the handshake that is done: one with TLS 1.3 (RFC 8446 section 2), two
// before it.
std::uint32_t handshake_trips(const ssl_st* tls) noexcept;

// Books on an attempt what TLS read and wrote since it was last asked.
class WireCount {
public:
    void book(const ssl_st* tls, Attempt& attempt) noexcept;

private:
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
};

} // namespace rdpsweep::net
