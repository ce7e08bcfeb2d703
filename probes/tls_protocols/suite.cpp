// Reading suite names from their parts.
#include "probes/tls_protocols/suite.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

// One of each kind that every release from 2012 ships; enough to see whether switching ciphers,
// hashes or key exchanges off leaves anything. The 1.3 names are ignored where 1.3 is off; names
// with a curve are good on every release.
constexpr std::array<std::string_view, 10> default_sample{
    "TLS_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384_P384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256_P256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P384",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA_P256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
};

bool has(std::string_view name, std::string_view part) {
    return name.find(part) != std::string_view::npos;
}

std::string_view without_curve(std::string_view name) {
    for (const std::string_view suffix : {"_P256", "_P384", "_P521"}) {
        if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
    }
    return name;
}

std::string_view cipher_of(std::string_view name) {
    if (has(name, "AES_128")) return "AES 128/128";
    if (has(name, "AES_256")) return "AES 256/256";
    if (has(name, "3DES")) return "Triple DES 168";
    if (has(name, "RC4_128")) return "RC4 128/128";
    if (has(name, "_DES_")) return "DES 56/56";
    return "";
}

std::string_view hash_of(std::string_view name) {
    if (name.ends_with("_SHA384")) return "SHA384";
    if (name.ends_with("_SHA256")) return "SHA256";
    if (name.ends_with("_SHA")) return "SHA";
    if (name.ends_with("_MD5")) return "MD5";
    return "";
}

bool set_key_exchange(std::string_view name, Suite& suite) {
    struct Kind {
        std::string_view prefix;
        SuiteKey key;
        std::string_view key_exchange;
    };

    constexpr std::array<Kind, 4> kinds{{
        {"TLS_ECDHE_RSA_WITH_", SuiteKey::rsa, "ECDH"},
        {"TLS_ECDHE_ECDSA_WITH_", SuiteKey::ec, "ECDH"},
        {"TLS_DHE_RSA_WITH_", SuiteKey::rsa, "Diffie-Hellman"},
        {"TLS_RSA_WITH_", SuiteKey::rsa, "PKCS"},
    }};
    for (const Kind& kind : kinds) {
        if (!name.starts_with(kind.prefix)) continue;
        suite.key = kind.key;
        suite.key_exchange = kind.key_exchange;
        return true;
    }
    suite.only_1_3 =
        (name.starts_with("TLS_AES_") || name.starts_with("TLS_CHACHA20_")) && !has(name, "_WITH_");
    suite.key = SuiteKey::any;
    return suite.only_1_3;
}

// Names are compared without case and by family: "AES 128/128" and "AES 128" both occur.
bool switched_off(const std::map<std::string, std::uint32_t>& table, std::string_view name) {
    return !name.empty() && std::any_of(table.begin(), table.end(), [&](const auto& entry) {
        return entry.second == 0 && iequals(entry.first, name);
    });
}

bool protocol_allows(const Suite& suite, const SuiteContext& context) {
    if (suite.only_1_3) return context.tls_1_3;
    return context.tls_1_2 || (context.below_1_2 && !suite.needs_1_2);
}

bool key_allows(const Suite& suite, const SuiteContext& context) {
    switch (suite.key) {
    case SuiteKey::rsa:
        return context.rsa_key;
    case SuiteKey::ec:
        return context.ec_key;
    case SuiteKey::any:
        return true;
    case SuiteKey::none:
        break;
    }
    return false;
}

// TLS 1.3 agrees on a key by either kind of Diffie-Hellman (RFC 8446 4.2.7), the others by the one
// in their name.
bool key_exchange_allowed(const Suite& suite, const SchannelFacts& schannel) {
    if (!suite.only_1_3) return !switched_off(schannel.key_exchanges, suite.key_exchange);
    return !switched_off(schannel.key_exchanges, "ECDH") ||
           !switched_off(schannel.key_exchanges, "Diffie-Hellman");
}

bool schannel_allows(const Suite& suite, const SchannelFacts& schannel) {
    return !switched_off(schannel.ciphers, suite.cipher) &&
           !switched_off(schannel.hashes, suite.hash) && key_exchange_allowed(suite, schannel);
}

// Tells whether Windows up to 2012 R2 knows the name (Microsoft, "TLS Cipher Suites in Windows
// 8.1").
bool known_before_2016(const Suite& suite, std::string_view name) {
    if (suite.key_exchange != "ECDH") return true;
    return suite.curve && !(suite.key == SuiteKey::rsa && has(name, "_GCM_"));
}

} // namespace

std::optional<Suite> parse_suite(std::string_view text) {
    const std::string_view name = without_curve(trim(text));
    if (!name.starts_with("TLS_") || has(name, "_NULL_") || has(name, "PSK")) return std::nullopt;
    Suite suite;
    if (!set_key_exchange(name, suite)) return std::nullopt;
    suite.cipher = cipher_of(name);
    suite.hash = hash_of(name);
    suite.needs_1_2 = has(name, "_GCM_") || suite.hash == "SHA256" || suite.hash == "SHA384";
    suite.curve = name.size() != trim(text).size();
    suite.fips = (has(name, "AES_") || has(name, "3DES")) && suite.hash != "MD5";
    return suite;
}

SuiteList suites_in_force(const SchannelFacts& schannel) {
    SuiteList list;
    if (schannel.suites_policy) {
        list.names = *schannel.suites_policy;
        list.pointer = "/tls/suites_policy";
        list.from_policy = true;
    } else if (schannel.suites_local) {
        list.names = *schannel.suites_local;
        list.pointer = "/tls/suites_local";
    } else {
        list.names.assign(default_sample.begin(), default_sample.end());
        list.pointer = "/tls/suites_local";
        list.by_default = true;
    }
    std::erase_if(list.names, [](const std::string& name) { return trim(name).empty(); });
    return list;
}

std::vector<std::string>
usable_suites(const SuiteList& list, const SchannelFacts& schannel, const SuiteContext& context) {
    std::vector<std::string> usable;
    for (const std::string& name : list.names) {
        const auto suite = parse_suite(name);
        if (!suite || !protocol_allows(*suite, context) || !key_allows(*suite, context)) continue;
        if (context.fips_only && !suite->fips) continue;
        if (context.before_2016 && !known_before_2016(*suite, name)) continue;
        if (schannel_allows(*suite, schannel)) usable.push_back(name);
    }
    return usable;
}

} // namespace rdpsweep
