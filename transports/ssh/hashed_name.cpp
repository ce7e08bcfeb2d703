// Takes a hashed name apart and computes the hash that a name would have with its salt.
#include "transports/ssh/hashed_name.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>

namespace rdpsweep::ssh {

namespace {

constexpr std::size_t sha1_bytes = 20;

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::optional<HashedName> hashed_name(std::string_view field) {
    const auto parts = split(field, '|');
    if (parts.size() != 4 || !parts[0].empty() || parts[1] != "1") return {};
    auto salt = base64_decode(parts[2]);
    auto hash = base64_decode(parts[3]);
    if (!salt || !hash || salt->size() != sha1_bytes || hash->size() != sha1_bytes) return {};
    // The last digit of either has bits that say nothing: ssh-keygen leaves them zero.
    if (base64_encode(*salt) != parts[2] || base64_encode(*hash) != parts[3]) return {};
    return HashedName{*std::move(salt), *std::move(hash)};
}

void NameHasher::Free::operator()(evp_mac_ctx_st* context) const noexcept {
    EVP_MAC_CTX_free(context);
}

NameHasher::NameHasher() {
    EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_.reset(EVP_MAC_CTX_new(hmac));
    EVP_MAC_free(hmac); // the context holds it
    char digest[] = "SHA1";
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    if (context_ && EVP_MAC_CTX_set_params(context_.get(), parameters.data()) != 1)
        context_.reset();
}

bool NameHasher::matches(const HashedName& hashed, std::string_view name) const {
    std::array<unsigned char, sha1_bytes> made{};
    std::size_t length = 0;
    auto* const context = context_.get();
    const bool done =
        context != nullptr &&
        EVP_MAC_init(context, octets(hashed.salt), hashed.salt.size(), nullptr) == 1 &&
        EVP_MAC_update(context, octets(name), name.size()) == 1 &&
        EVP_MAC_final(context, made.data(), &length, made.size()) == 1;
    const std::string_view hash(reinterpret_cast<const char*>(made.data()), length);
    return done && hash == hashed.hash;
}

} // namespace rdpsweep::ssh
