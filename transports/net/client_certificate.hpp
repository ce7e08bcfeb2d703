// TLS with a certificate of ours, for hosts that know us by it.
#pragma once

#include "core/secret.hpp"
#include "transports/net/tls_profile.hpp"

namespace rdpsweep::net {

// When a host asks for our certificate. WinRM asks once it has read a request: up to TLS 1.2 by a
// new handshake, with TLS 1.3 by post-handshake authentication (RFC 8446 section 4.6.2), which
// Windows is not known to do well.
enum class CertificateTiming {
    renegotiation,  // TLS 1.2 at most
    post_handshake, // TLS 1.3 too
};

// Checks that the certificate and its key can be read and belong together. Error{config,
// malformed_output} otherwise; it never holds any of the key.
Status check_client_certificate(const ClientCertificate& certificate);

// Returns a context as of make_tls_context() that shows certificate when it is asked for.
// Error{config, ...} as of both.
Result<std::shared_ptr<ssl_ctx_st>> make_client_context(
    TlsProfile profile,
    const std::string& ca_file,
    const ClientCertificate& certificate,
    CertificateTiming timing
);

} // namespace rdpsweep::net
