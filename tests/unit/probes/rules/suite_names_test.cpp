// What each part of a cipher suite's name says, for every kind of name that Windows has listed.
#include "probes/tls_protocols/suite.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

struct Row {
    const char* name;
    SuiteKey key;
    const char* key_exchange;
    const char* cipher;
    const char* hash;
    bool needs_1_2, only_1_3, fips;
};

constexpr auto rsa = SuiteKey::rsa;
constexpr auto ec = SuiteKey::ec;
constexpr auto any = SuiteKey::any;

// Key exchanges, ciphers and hashes as Schannel names its registry keys for them.
const std::vector<Row> rows{
    {"TLS_AES_256_GCM_SHA384", any, "", "AES 256/256", "SHA384", true, true, true},
    {"TLS_AES_128_GCM_SHA256", any, "", "AES 128/128", "SHA256", true, true, true},
    {"TLS_CHACHA20_POLY1305_SHA256", any, "", "", "SHA256", true, true, false},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
     ec,
     "ECDH",
     "AES 256/256",
     "SHA384",
     true,
     false,
     true},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
     ec,
     "ECDH",
     "AES 128/128",
     "SHA256",
     true,
     false,
     true},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", ec, "ECDH", "AES 256/256", "SHA", false, false, true},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
     rsa,
     "ECDH",
     "AES 128/128",
     "SHA256",
     true,
     false,
     true},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
     rsa,
     "ECDH",
     "AES 256/256",
     "SHA384",
     true,
     false,
     true},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", rsa, "ECDH", "AES 128/128", "SHA", false, false, true},
    {"TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
     rsa,
     "Diffie-Hellman",
     "AES 256/256",
     "SHA384",
     true,
     false,
     true},
    {"TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
     rsa,
     "Diffie-Hellman",
     "AES 128/128",
     "SHA",
     false,
     false,
     true},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", rsa, "PKCS", "AES 128/128", "SHA256", true, false, true},
    {"TLS_RSA_WITH_AES_256_CBC_SHA256", rsa, "PKCS", "AES 256/256", "SHA256", true, false, true},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", rsa, "PKCS", "AES 256/256", "SHA", false, false, true},
    {"TLS_RSA_WITH_3DES_EDE_CBC_SHA", rsa, "PKCS", "Triple DES 168", "SHA", false, false, true},
    {"TLS_RSA_WITH_RC4_128_SHA", rsa, "PKCS", "RC4 128/128", "SHA", false, false, false},
    {"TLS_RSA_WITH_RC4_128_MD5", rsa, "PKCS", "RC4 128/128", "MD5", false, false, false},
    {"TLS_RSA_WITH_DES_CBC_SHA", rsa, "PKCS", "DES 56/56", "SHA", false, false, false},
};

void check_row(const Row& row, const std::string& name) {
    INFO(name);
    const auto suite = parse_suite(name);
    REQUIRE(suite);
    CHECK(suite->key == row.key);
    CHECK(suite->key_exchange == row.key_exchange);
    CHECK(suite->cipher == row.cipher);
    CHECK(suite->hash == row.hash);
    CHECK(suite->needs_1_2 == row.needs_1_2);
    CHECK(suite->only_1_3 == row.only_1_3);
    CHECK(suite->fips == row.fips);
}

} // namespace

TEST_CASE("suite names: each part of each kind of name", "[rule]") {
    for (const auto& row : rows) {
        check_row(row, row.name);
        check_row(row, std::string("  ") + row.name + " ");
        // Before 2016 the curve was a part of the name.
        for (const char* curve : {"_P256", "_P384", "_P521"})
            check_row(row, std::string(row.name) + curve);
    }
}

TEST_CASE("suite names: what no certificate takes part in is none", "[rule]") {
    for (const char* name :
         {"",
          "   ",
          "TLS_",
          "TLS_RSA_WITH_NULL_SHA",
          "TLS_RSA_WITH_NULL_SHA256",
          "TLS_PSK_WITH_AES_256_GCM_SHA384",
          "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",
          "TLS_DH_anon_WITH_AES_128_CBC_SHA",
          "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
          "tls_rsa_with_aes_256_cbc_sha",
          "ECDHE-RSA-AES256-GCM-SHA384"}) {
        INFO(name);
        CHECK_FALSE(parse_suite(name));
    }
}
