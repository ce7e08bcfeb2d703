// A provider that passes everything on to the default one, and shortens its list of decoders.
#include "core/lean_library.hpp"

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace rdpsweep {

namespace {

// Types of keys that authenticate a server in TLS 1.2 or 1.3 with OpenSSL's default lists (RFC
// 8446 4.2.3, RFC 8422; ML-DSA from OpenSSL 3.5 on).
constexpr auto key_types = std::to_array<std::string_view>(
    {"RSA", "RSA-PSS", "EC", "ED25519", "ED448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"}
);

bool is_wanted(const OSSL_ALGORITHM& decoder) {
    const std::string_view names(decoder.algorithm_names); // "RSA:rsaEncryption:1.2.840..."
    const std::string_view properties(decoder.property_definition);
    const auto type = names.substr(0, names.find(':'));
    return properties.find("input=der") != std::string_view::npos &&
           properties.find("structure=SubjectPublicKeyInfo") != std::string_view::npos &&
           std::find(key_types.begin(), key_types.end(), type) != key_types.end();
}

// The default provider, loaded into a context of its own, and what is taken from it. OpenSSL calls
// back without a word of whom it means, so there is one.
struct Inner {
    OSSL_PROVIDER* provider = nullptr;
    std::array<OSSL_ALGORITHM, key_types.size() + 1> decoders{}; // the last one ends the list

    bool load() {
        auto* const context = OSSL_LIB_CTX_new();
        if (context == nullptr) return false;
        provider = OSSL_PROVIDER_load(context, "default");
        if (provider == nullptr) return false;
        int may_not_keep = 0;
        const auto* all = OSSL_PROVIDER_query_operation(provider, OSSL_OP_DECODER, &may_not_keep);
        std::size_t count = 0;
        for (; all != nullptr && all->algorithm_names != nullptr; ++all) {
            if (count < key_types.size() && is_wanted(*all)) decoders[count++] = *all;
        }
        return count > 0;
    }
};

Inner& inner() {
    static Inner one;
    return one;
}

extern "C" {

static const OSSL_ALGORITHM* query(void* /*context*/, int operation, int* may_not_keep) {
    if (operation != OSSL_OP_DECODER) {
        return OSSL_PROVIDER_query_operation(inner().provider, operation, may_not_keep);
    }
    *may_not_keep = 0;
    return inner().decoders.data();
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
