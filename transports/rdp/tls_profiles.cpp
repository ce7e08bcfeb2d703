// Sets up the contexts: the only ones of the program that verify nothing.
#include "transports/rdp/tls_profiles.hpp"

#include <openssl/ssl.h>

namespace rdpsweep::rdp {
namespace {

TlsContext context(int least, int most) {
    TlsContext made(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (!made) return nullptr;
    auto* raw = made.get();
    SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_security_level(raw, 0);
    SSL_CTX_set_options(raw, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    const bool set = SSL_CTX_set_cipher_list(raw, "ALL:@SECLEVEL=0") == 1 &&
                     SSL_CTX_set_min_proto_version(raw, least) == 1 &&
                     SSL_CTX_set_max_proto_version(raw, most) == 1;
    return set ? made : nullptr;
}

} // namespace

Result<TlsProfiles> TlsProfiles::make() {
    TlsProfiles profiles{
        context(TLS1_VERSION, TLS1_3_VERSION),
        context(TLS1_VERSION, TLS1_2_VERSION),
        {PinnedVersion{"1.0", context(TLS1_VERSION, TLS1_VERSION)},
         PinnedVersion{"1.1", context(TLS1_1_VERSION, TLS1_1_VERSION)},
         PinnedVersion{"1.2", context(TLS1_2_VERSION, TLS1_2_VERSION)},
         PinnedVersion{"1.3", context(TLS1_3_VERSION, TLS1_3_VERSION)}}};
    bool whole = profiles.every && profiles.without_13;
    for (const auto& version : profiles.pinned)
        whole = whole && version.context;
    if (whole) return profiles;
    return Error(Phase::config, Errc::unsupported, "OpenSSL here cannot offer TLS 1.0 to 1.3")
        .with_hint("its configuration may forbid old versions; --no-handshake leaves them alone");
}

} // namespace rdpsweep::rdp
