// Builds and signs the JWT with OpenSSL, which nothing else in azure/ needs to know.
#include "transports/azure/assertion.hpp"

#include "core/encoding.hpp"
#include "transports/net/openssl_owned.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace rdpsweep::azure {

namespace {

constexpr std::int64_t lifetime = 600; // seconds, as Microsoft's libraries ask for

using net::Owned;

// Encodes as RFC 4648 section 5 says, without padding.
std::string base64url(std::string_view bytes) {
    auto text = base64_encode(bytes);
    while (text.ends_with('='))
        text.pop_back();
    for (auto& c : text) {
        if (c == '+') c = '-';
        if (c == '/') c = '_';
    }
    return text;
}

Owned<BIO> reader(const Secret& pem) {
    const auto bytes = pem.reveal();
    return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string signature_of(std::string_view text, EVP_PKEY* key) {
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    std::size_t length = 0;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    const bool ready =
        context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
        EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) == 1;
    if (!ready) return {};
    std::string made(length, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(made.data());
    if (EVP_DigestSign(context.get(), out, &length, bytes, text.size()) != 1) return {};
    made.resize(length);
    return made;
}

std::string unsigned_part(const AssertionClaims& claims, const std::string& sha1) {
    const nlohmann::json header{{"alg", "RS256"}, {"typ", "JWT"}, {"x5t", base64url(sha1)}};
    const nlohmann::json body{
        {"aud", claims.audience},
        {"iss", claims.client},
        {"sub", claims.client},
        {"jti", claims.id},
        {"nbf", claims.now},
        {"iat", claims.now},
        {"exp", claims.now + lifetime},
    };
    return base64url(header.dump()) + "." + base64url(body.dump());
}

} // namespace

Result<Secret> sign_assertion(const AssertionClaims& claims, const Secret& pem) {
    const Owned<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, net::no_passphrase, nullptr)
    );
    const Owned<X509> certificate(
        PEM_read_bio_X509(reader(pem).get(), nullptr, net::no_passphrase, nullptr)
    );
    if (!key || !certificate || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
        return Error(
                   Phase::config,
                   Errc::unsupported,
                   "the client certificate's file holds no certificate with an RSA key in PEM"
        )
            .with_hint("it needs both, and no passphrase");
    }
    auto token = unsigned_part(claims, net::sha1_of(certificate.get()));
    const auto signature = signature_of(token, key.get());
    if (signature.empty()) {
        return Error(Phase::config, Errc::unsupported, "the client certificate's key cannot sign");
    }
    token += "." + base64url(signature);
    return Secret(std::move(token));
}

} // namespace rdpsweep::azure
