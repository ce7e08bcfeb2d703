// One connection's worth of RDP: Connection Request, TLS, and the first leg of CredSSP.
#pragma once

#include "core/facts.hpp"
#include "transports/rdp/byte_stream.hpp"

#include <cstdint>

struct ssl_ctx_st;

namespace rdpsweep::rdp {

struct Offer {
    std::uint32_t protocols;   // as in the Connection Request
    ssl_ctx_st* tls;           // which versions of TLS; null: stop after the Confirm
    bool ask_challenge = true; // of a server that chose CredSSP
};

// Returns how far it got, and what was seen on the way: stage, failure and everything else but
// from, address and took_ms. Never fails: a peer that misbehaves is what it looks at.
Task<HandshakeFacts> shake_hands(ByteStream& stream, Offer offer);

} // namespace rdpsweep::rdp
