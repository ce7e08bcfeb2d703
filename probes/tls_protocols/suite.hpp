// What a cipher suite's Schannel name says, and which suites this host can use as a server.
#pragma once

#include "core/facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

enum class SuiteKey : std::uint8_t { rsa, ec, any, none }; // which certificate key it needs

struct Suite {
    SuiteKey key = SuiteKey::none;
    bool needs_1_2 = false;        // GCM, or a SHA-2 MAC: RFC 5246, 5288, 5289
    bool only_1_3 = false;         // RFC 8446 B.4
    bool fips = false;             // AES or 3DES, without MD5
    bool curve = false;            // the name ends in a curve: "..._P256"
    std::string_view key_exchange; // Schannel's key names: "PKCS", "ECDH", "Diffie-Hellman"
    std::string_view cipher;       // "AES 128/128"
    std::string_view hash;         // "SHA256"
};

// Reads a suite's name. Nothing for a name that is no TLS suite a certificate takes part in (PSK,
// NULL, SSL 2.0).
std::optional<Suite> parse_suite(std::string_view name);

// The list in force: the policy's when there is one, else the local one; where it was read.
struct SuiteList {
    std::vector<std::string> names;
    std::string_view pointer; // "/tls/suites_policy", "/tls/suites_local"
    bool from_policy = false;
    bool by_default = false; // neither is set: a sample of what every release ships
};

SuiteList suites_in_force(const SchannelFacts& schannel);

// What else decides whether a suite can be used.
struct SuiteContext {
    bool rsa_key = true; // the certificate may have such a key
    bool ec_key = true;
    bool below_1_2 = true; // TLS 1.0 or 1.1 possible
    bool tls_1_2 = true;
    bool tls_1_3 = true;
    bool fips_only = false;
    bool before_2016 = false; // up to 2012 R2 ECDHE names end in a curve, and none is RSA with GCM
};

// Returns the suites of the list that are usable in this context with the ciphers, hashes and key
// exchanges that Schannel has not switched off.
std::vector<std::string>
usable_suites(const SuiteList& list, const SchannelFacts& schannel, const SuiteContext& context);

} // namespace rdpsweep
