// A provider that passes everything on to the default one, and shortens its lists: OpenSSL walks
// through all that a context has for each public key.
#include "core/lean_library.hpp"

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace rdpsweep {

namespace {

// Types of keys that authenticate a server in TLS 1.2 or 1.3 with OpenSSL's default lists (RFC
// 8446 4.2.3, RFC 8422; ML-DSA from OpenSSL 3.5 on).
constexpr auto key_types = std::to_array<std::string_view>(
    {"RSA", "RSA-PSS", "EC", "ED25519", "ED448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"}
);

std::string_view first_name(const OSSL_ALGORITHM& algorithm) {
    const std::string_view names(algorithm.algorithm_names); // "RSA:rsaEncryption:1.2.840..."
    return names.substr(0, names.find(':'));
}

template <class List, class Fits>
bool none_of(const List& list, Fits fits) {
    return std::none_of(list.begin(), list.end(), fits);
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool is_wanted(const OSSL_ALGORITHM& decoder) {
    const std::string_view properties(decoder.property_definition);
    return properties.find("input=der") != std::string_view::npos &&
           properties.find("structure=SubjectPublicKeyInfo") != std::string_view::npos &&
           std::find(key_types.begin(), key_types.end(), first_name(decoder)) != key_types.end();
}

// What TLS has no use for, of what a default provider has: of a new release more stays than need
// be, and nothing that is needed goes. Parts of the names of ciphers, beginnings of the others.
constexpr auto other_ciphers = std::to_array<std::string_view>(
    {"WRAP", "wrap", "XTS", "OCB", "SIV", "CFB", "OFB", "CTS", "-192-", "SM4", "DES-EDE-"}
);
constexpr auto other_macs =
    std::to_array<std::string_view>({"BLAKE2", "CMAC", "GMAC", "KMAC", "SIPHASH", "POLY1305"});
constexpr auto other_kdfs = std::to_array<std::string_view>(
    {"ARGON2",
     "KBKDF",
     "KRB5KDF",
     "PBKDF",
     "PKCS12KDF",
     "PVKKDF",
     "SCRYPT",
     "SSHKDF",
     "SSKDF",
     "X942KDF",
     "X963KDF"}
);
constexpr auto other_keys = std::to_array<std::string_view>(
    {"CMAC", "DHX", "DSA", "LMS", "POLY1305", "SCRYPT", "SIPHASH", "SLH-DSA", "SM2"}
);

bool is_kept(int operation, const OSSL_ALGORITHM& algorithm) {
    const auto name = first_name(algorithm);
    switch (operation) {
    case OSSL_OP_DECODER:
        return is_wanted(algorithm);
    case OSSL_OP_CIPHER:
        return none_of(other_ciphers, [&](auto part) { return contains(name, part); });
    case OSSL_OP_MAC:
        return none_of(other_macs, [&](auto start) { return name.starts_with(start); });
    case OSSL_OP_KDF:
        return none_of(other_kdfs, [&](auto start) { return name.starts_with(start); });
    case OSSL_OP_KEYMGMT:
        return none_of(other_keys, [&](auto start) { return name.starts_with(start); });
    default:
        return true;
    }
}

// The operations whose lists are shortened.
constexpr auto shortened =
    std::to_array({OSSL_OP_DECODER, OSSL_OP_CIPHER, OSSL_OP_MAC, OSSL_OP_KDF, OSSL_OP_KEYMGMT});

// The default provider, loaded into a context of its own, and what is taken from it. OpenSSL calls
// back without a word of whom it means, so there is one.
struct Inner {
    OSSL_PROVIDER* provider = nullptr;
    std::array<std::vector<OSSL_ALGORITHM>, shortened.size()> lists; // an empty row ends each

    // Returns what is left of the provider's own list for that operation; null: all of it.
    const OSSL_ALGORITHM* list_of(int operation) const {
        const auto at = std::find(shortened.begin(), shortened.end(), operation);
        if (at == shortened.end()) return nullptr;
        return lists[static_cast<std::size_t>(at - shortened.begin())].data();
    }

    bool load() {
        auto* const context = OSSL_LIB_CTX_new();
        if (context == nullptr) return false;
        provider = OSSL_PROVIDER_load(context, "default");
        if (provider == nullptr) return false;
        for (std::size_t i = 0; i < shortened.size(); ++i) {
            int may_not_keep = 0;
            const auto* all = OSSL_PROVIDER_query_operation(provider, shortened[i], &may_not_keep);
            for (; all != nullptr && all->algorithm_names != nullptr; ++all) {
                if (is_kept(shortened[i], *all)) lists[i].push_back(*all);
            }
            if (lists[i].empty()) return false;
            lists[i].push_back({});
        }
        return true;
    }
};

Inner& inner() {
    static Inner one;
    return one;
}

extern "C" {

static const OSSL_ALGORITHM* query(void* /*context*/, int operation, int* may_not_keep) {
    if (const auto* list = inner().list_of(operation)) {
        *may_not_keep = 0;
        return list;
    }
    return OSSL_PROVIDER_query_operation(inner().provider, operation, may_not_keep);
}

static const OSSL_PARAM* gettable(void* /*context*/) {
    return OSSL_PROVIDER_gettable_params(inner().provider);
}

static int get(void* /*context*/, OSSL_PARAM* parameters) {
    return OSSL_PROVIDER_get_params(inner().provider, parameters);
}

static int capabilities(void* /*context*/, const char* of, OSSL_CALLBACK* tell, void* argument) {
    return OSSL_PROVIDER_get_capabilities(inner().provider, of, tell, argument);
}

static int start(
    const OSSL_CORE_HANDLE* /*core*/,
    const OSSL_DISPATCH* /*from_core*/,
    const OSSL_DISPATCH** functions,
    void** context
) {
    using Function = void (*)(void);
    static const OSSL_DISPATCH ours[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<Function>(query)},
        {OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, reinterpret_cast<Function>(gettable)},
        {OSSL_FUNC_PROVIDER_GET_PARAMS, reinterpret_cast<Function>(get)},
        {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, reinterpret_cast<Function>(capabilities)},
        {0, nullptr}};
    *functions = ours;
    // Its algorithms are handed out as they are, and find themselves at home.
    *context = OSSL_PROVIDER_get0_provider_ctx(inner().provider);
    return 1;
}

} // extern "C"

// Tells whether the default context is what it is without a configuration that says otherwise: a
// machine's policy is no one's to go around.
bool default_is_default() {
    int others = 0;
    const auto count = [](OSSL_PROVIDER* provider, void* counter) {
        const std::string_view name(OSSL_PROVIDER_get0_name(provider));
        if (name != "default" && name != "legacy") ++*static_cast<int*>(counter);
        return 1;
    };
    const bool is_there = OSSL_PROVIDER_available(nullptr, "default") == 1;
    OSSL_PROVIDER_do_all(nullptr, count, &others);
    return is_there && others == 0 && EVP_default_properties_is_fips_enabled(nullptr) == 0;
}

// Leaves what a failure has made where it is: it happens once.
OSSL_LIB_CTX* make() noexcept {
    if (!default_is_default() || !inner().load()) return nullptr;
    auto* const library = OSSL_LIB_CTX_new();
    if (library == nullptr) return nullptr;
    const bool made = OSSL_PROVIDER_add_builtin(library, "lean", start) == 1 &&
                      OSSL_PROVIDER_load(library, "lean") != nullptr;
    return made ? library : nullptr;
}

} // namespace

ossl_lib_ctx_st* lean_library() noexcept {
    static OSSL_LIB_CTX* const library = make();
    return library;
}

} // namespace rdpsweep
