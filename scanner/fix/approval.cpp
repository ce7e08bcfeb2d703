// Signs and verifies with OpenSSL's Ed25519, and counts the approvers whose signatures hold.
#include "scanner/fix/approval.hpp"

#include "core/text.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

namespace rdpsweep {

namespace {

struct Free {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }

    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }

    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

template <class T>
using Owned = std::unique_ptr<T, Free>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Owned<EVP_PKEY> public_key(const std::string& der) {
    const auto* at = bytes(der);
    Owned<EVP_PKEY> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
    if (key && EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) key.reset();
    return key;
}

bool verifies(std::string_view text, const std::string& signature, const std::string& der) {
    const auto key = public_key(der);
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    return key && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(
               context.get(), bytes(signature), signature.size(), bytes(text), text.size()
           ) == 1;
}

Error no_approver(std::size_t line, const char* what) {
    return Error(
               Phase::config,
               Errc::malformed_output,
               "line " + std::to_string(line) + " of the approvers " + what
    )
        .with_hint("NAME and the one line of `openssl pkey -in key.pem -pubout`");
}

// A key that asks for a passphrase is none for us: nothing may hang at a prompt.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

} // namespace

Result<std::vector<Approver>> read_approvers(std::string_view text) {
    std::vector<Approver> approvers;
    std::size_t number = 0;
    for (const auto& line : split(text, '\n')) {
        ++number;
        const auto shown = trim(line);
        if (shown.empty() || shown.front() == '#') continue;
        const auto blank = shown.find_first_of(" \t");
        if (blank == std::string_view::npos) return no_approver(number, "has no key");
        Approver approver{std::string(shown.substr(0, blank)), {}};
        auto key = base64_decode(trim(shown.substr(blank)));
        if (!key || !public_key(*key)) return no_approver(number, "holds no Ed25519 key");
        approver.key = *std::move(key);
        // One person with two names would be two people.
        for (const auto& other : approvers) {
            if (other.name == approver.name || other.key == approver.key)
                return no_approver(number, "names somebody twice");
        }
        approvers.push_back(std::move(approver));
    }
    return approvers;
}

Result<std::string> sign_plan(std::string_view plan, const std::string& pem) {
    const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519)
        return Error(
                   Phase::config, Errc::unsupported, "that is no Ed25519 key without a passphrase"
        )
            .with_hint("openssl genpkey -algorithm ed25519; or sign by openssl pkeyutl -sign -rawin"
            );
    constexpr std::size_t length = 64; // RFC 8032 5.1.6
    std::string signature(length, '\0');
    std::size_t size = length;
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    const bool signed_it =
        context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestSign(
            context.get(),
            reinterpret_cast<unsigned char*>(signature.data()),
            &size,
            bytes(plan),
            plan.size()
        ) == 1;
    if (!signed_it) return Error(Phase::config, Errc::bug, "OpenSSL would not sign");
    return signature;
}

std::vector<std::string> approved_by(
    std::string_view plan,
    const std::vector<std::string>& signatures,
    const std::vector<Approver>& approvers
) {
    std::vector<std::string> names;
    for (const auto& approver : approvers) {
        const bool yes =
            std::any_of(signatures.begin(), signatures.end(), [&](const std::string& signature) {
                return verifies(plan, signature, approver.key);
            });
        if (yes) names.push_back(approver.name);
    }
    return names;
}

std::size_t approvals_needed(Risk risk) noexcept {
    return risk == Risk::low ? 0 : risk == Risk::medium ? 1 : 2;
}

} // namespace rdpsweep
