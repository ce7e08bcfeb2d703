// The two ways in which we speak TLS, and what we make of the peer's certificate.
#pragma once

#include "core/result.hpp"
#include "core/trust.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace rdpsweep::net {

enum class TlsProfile {
    // TLS 1.2 and above, security level 2: the only one that may carry a credential by default.
    strict,
    legacy, // TLS 1.0, security level 0, unsafe legacy renegotiation: for hosts that know no better
};

// The leaf certificate the peer served.
struct PeerCertificate {
    std::string sha256;          // lower-case hex of the DER
    std::string channel_binding; // "tls-server-end-point:" + hash, RFC 5929 section 4
    std::string tls_version;     // "TLSv1.3"
    std::string chain_problem;   // empty: the chain leads to a trusted CA and the name matches
    std::string date_problem;    // its date that our clock contradicts, and our clock; empty: none
};

// Returns what is wrong with a certificate that is valid from not_before to not_after (Unix
// seconds) at the moment now; empty when nothing is.
std::string date_problem(std::int64_t not_before, std::int64_t not_after, std::int64_t now);

// Returns a context for profile that trusts ca_file (or the system's CAs when empty).
// Error{config,...} when the file cannot be read.
Result<std::shared_ptr<ssl_ctx_st>>
make_tls_context(TlsProfile profile, const std::string& ca_file);

// Reads the peer's certificate after a handshake; name is what the certificate must be for (a DNS
// name or an IP literal). Error{tls, protocol_violation} when the peer served none.
Result<PeerCertificate> inspect_peer(ssl_st* session, const std::string& name);

// Decides by policy (core/trust.hpp) whether peer may be talked to; pin is the target's own.
// endpoint is "host:port". Error{tls, certificate_rejected} says what to do about it.
Result<TrustBasis> decide_certificate(
    const PeerCertificate& peer,
    const std::string& pin,
    const std::string& endpoint,
    const TrustPolicy& policy
);

} // namespace rdpsweep::net
