// Sets up OpenSSL's contexts, and reads hash, names and chain from the certificate that was served.
#include "transports/net/tls_profile.hpp"

#include "core/asn1_time.hpp"
#include "core/digest.hpp"
#include "core/lean_library.hpp"
#include "core/text.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

namespace rdpsweep::net {

namespace {

struct X509Free {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

using X509Ptr = std::unique_ptr<X509, X509Free>;

std::string der_of(X509* certificate) {
    const int length = i2d_X509(certificate, nullptr);
    if (length <= 0) return {};
    std::string der(static_cast<std::size_t>(length), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate, &out);
    return der;
}

// Returns, by RFC 5929 section 4.1, the hash of the certificate's own signature algorithm, MD5 and
// SHA-1 (and algorithms without one, such as Ed25519) replaced by SHA-256.
std::string end_point_binding(X509* certificate, std::string_view der) {
    int digest = NID_undef;
    X509_get_signature_info(certificate, &digest, nullptr, nullptr, nullptr);
    const EVP_MD* algorithm = EVP_get_digestbynid(digest);
    if (algorithm == nullptr || digest == NID_md5 || digest == NID_sha1 || digest == NID_md5_sha1) {
        algorithm = EVP_sha256();
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int length = 0;
    EVP_Digest(der.data(), der.size(), hash.data(), &length, algorithm, nullptr);
    return "tls-server-end-point:" +
           std::string(reinterpret_cast<const char*>(hash.data()), length);
}

// OpenSSL tells one problem of a chain only, and of a self-signed certificate never its dates.
std::string date_problem_of(const X509* certificate) {
    const auto from = unix_time(X509_get0_notBefore(certificate));
    const auto to = unix_time(X509_get0_notAfter(certificate));
    if (!from || !to) return "its dates cannot be read";
    return date_problem(*from, *to, std::time(nullptr));
}

bool names_match(X509* certificate, const std::string& name) {
    return X509_check_ip_asc(certificate, name.c_str(), 0) == 1 ||
           X509_check_host(certificate, name.c_str(), name.size(), 0, nullptr) == 1;
}

Status trust_cas(SSL_CTX* context, const std::string& ca_file) {
    if (ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(context);
        return {};
    }
    if (SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1) return {};
    ERR_clear_error();
    return Error(Phase::config, Errc::unsupported, "cannot read CA certificates from " + ca_file)
        .with_hint("--ca-file takes a PEM file with one or more CERTIFICATE blocks");
}

void allow_legacy(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
}

} // namespace

std::string date_problem(std::int64_t not_before, std::int64_t not_after, std::int64_t now) {
    const auto clock = "; our clock says " + to_iso8601(now);
    if (now < not_before) return "is not valid before " + to_iso8601(not_before) + clock;
    if (now > not_after) return "expired on " + to_iso8601(not_after) + clock;
    return {};
}

Result<std::shared_ptr<ssl_ctx_st>>
make_tls_context(TlsProfile profile, const std::string& ca_file) {
    // Hosts that know no better may have keys that nobody else has.
    auto* const library = profile == TlsProfile::legacy ? nullptr : lean_library();
    std::shared_ptr<SSL_CTX> context(
        SSL_CTX_new_ex(library, nullptr, TLS_client_method()), SSL_CTX_free
    );
    if (!context) return Error(Phase::internal, Errc::bug, "OpenSSL made no context");
    if (profile == TlsProfile::legacy) {
        allow_legacy(context.get());
    } else {
        SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
        SSL_CTX_set_security_level(context.get(), 2);
    }
    // The chain is verified, and the outcome judged by decide_certificate: a pin may accept what no
    // CA vouches for.
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    auto trusted = trust_cas(context.get(), ca_file);
    if (!trusted) return std::move(trusted).error();
    return context;
}

Result<PeerCertificate> inspect_peer(ssl_st* session, const std::string& name) {
    const X509Ptr certificate(SSL_get1_peer_certificate(session));
    if (!certificate) {
        return Error(Phase::tls, Errc::protocol_violation, "the host served no certificate");
    }
    const auto der = der_of(certificate.get());
    PeerCertificate peer;
    peer.sha256 = sha256_hex(der);
    peer.channel_binding = end_point_binding(certificate.get(), der);
    peer.tls_version = SSL_get_version(session);
    peer.date_problem = date_problem_of(certificate.get());
    const auto verdict = SSL_get_verify_result(session);
    if (verdict != X509_V_OK) {
        peer.chain_problem = X509_verify_cert_error_string(verdict);
    } else if (!names_match(certificate.get(), name)) {
        peer.chain_problem = "the certificate is for another name";
    }
    return peer;
}

namespace {

Error refuse_certificate(const PeerCertificate& peer, Distrust why) {
    const auto reject = [&peer](std::string what, std::string hint) {
        return Error(Phase::tls, Errc::certificate_rejected, std::move(what))
            .with_native("sha256:" + peer.sha256)
            .with_hint(std::move(hint));
    };
    if (why == Distrust::not_the_pin) {
        return reject(
            "the host's certificate is not the one pinned in the inventory",
            "find out why it changed before you change the pin"
        );
    }
    if (why == Distrust::unknown && !peer.date_problem.empty()) {
        return reject(
            "the host's certificate " + peer.date_problem,
            "renew the certificate of the host's listener, or set the clock that is wrong; until "
            "then its pin is 'sha256:" +
                peer.sha256 + "'"
        );
    }
    if (why == Distrust::unknown) {
        return reject(
            "the host's certificate is not trusted: " + peer.chain_problem,
            "give --ca-file, pin it (winrm: {tls: {pin: 'sha256:" + peer.sha256 +
                "'}}), or use --pin-on-first-use"
        );
    }
    return reject(
        "the host's certificate changed since it was first seen",
        "find out why; then remove its line from the trust store"
    );
}

} // namespace

Result<TrustBasis> decide_certificate(
    const PeerCertificate& peer,
    const std::string& pin,
    const std::string& endpoint,
    const TrustPolicy& policy
) {
    Claim claim{peer.sha256, endpoint, pin};
    if (peer.chain_problem.empty()) claim.word = Claim::Word::vouches;
    return decide_trust(claim, policy, [&peer](Distrust why, const std::string&) {
        return refuse_certificate(peer, why);
    });
}

} // namespace rdpsweep::net
