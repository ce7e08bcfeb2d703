// Cipher suites: their names, and whether one is left for the key and the versions; FIPS.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/tls_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("suite names: key, version and curve", "[rule]") {
    const auto ecdsa = parse_suite("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384_P384");
    REQUIRE(ecdsa);
    CHECK(ecdsa->key == SuiteKey::ec);
    CHECK(ecdsa->needs_1_2);
    CHECK(ecdsa->hash == "SHA384");
    const auto plain = parse_suite(" TLS_RSA_WITH_AES_128_CBC_SHA");
    REQUIRE(plain);
    CHECK(plain->key == SuiteKey::rsa);
    CHECK_FALSE(plain->needs_1_2);
    CHECK(plain->key_exchange == "PKCS");
    const auto modern = parse_suite("TLS_AES_128_GCM_SHA256");
    REQUIRE(modern);
    CHECK(modern->only_1_3);
    CHECK_FALSE(parse_suite("TLS_RSA_WITH_NULL_SHA256"));
    CHECK_FALSE(parse_suite("TLS_PSK_WITH_AES_256_GCM_SHA384"));
    CHECK_FALSE(parse_suite("SSL_CK_RC4_128_WITH_MD5"));
    CHECK_FALSE(parse_suite(""));
    CHECK_FALSE(parse_suite("TLS_RSA_WITH_RC4_128_SHA")->fips);
    CHECK(ecdsa->curve);
    CHECK_FALSE(plain->curve);
}

TEST_CASE("TLS.SUITES: a release knows its own names", "[rule]") {
    struct Row {
        const char* what;
        std::uint32_t build;
        std::vector<std::string> suites;
        bool tried; // our handshake was dropped
        Verdict verdict;
        const char* key;
    };

    const std::vector<std::string> gcm{
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"};
    const std::vector<std::string> gcm_with_curve{
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384_P384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256_P256"};
    const std::vector<std::string> cbc{
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"};
    const std::vector<std::string> cbc_with_curve{
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P384",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA_P256"};
    const std::vector<std::string> plain{
        "TLS_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_RSA_WITH_AES_256_CBC_SHA"};
    for (const Row& row :
         {Row{"GCM on 2012 R2", 9600, gcm, true, Verdict::broken, "TLS.SUITES.none_known"},
          Row{"with a curve", 9600, gcm_with_curve, true, Verdict::broken, "TLS.SUITES.none_known"},
          Row{"no curve on 2012", 9200, cbc, true, Verdict::broken, "TLS.SUITES.none_known"},
          Row{"read only, nobody tried",
              9600,
              cbc,
              false,
              Verdict::broken,
              "TLS.SUITES.none_known"},
          Row{"its own names", 9600, cbc_with_curve, true, Verdict::ok, "TLS.SUITES.ok"},
          Row{"without a curve to name", 9600, plain, true, Verdict::ok, "TLS.SUITES.ok"},
          Row{"GCM on 2016", 14393, gcm, true, Verdict::at_risk, "TLS.SUITES.few"},
          Row{"old names on 2016", 14393, cbc_with_curve, true, Verdict::ok, "TLS.SUITES.ok"},
          Row{"new names on 2016", 14393, cbc, true, Verdict::ok, "TLS.SUITES.ok"}}) {
        INFO(row.what);
        Facts facts = healthy_facts(row.build);
        tls(facts).suites_policy = row.suites;
        if (row.tried)
            fail_handshake(facts, "tls", "reset");
        else
            forget_handshake(facts);
        const Finding finding = find("TLS.SUITES", facts);
        CHECK(to_string(finding.verdict) == to_string(row.verdict));
        CHECK(finding.summary.key == row.key);
    }
}

TEST_CASE("TLS.SUITES: a list is shown by its first eight names", "[rule]") {
    for (const std::size_t count : {8u, 9u}) {
        Facts facts = healthy_facts();
        std::string shown;
        std::vector<std::string> names;
        for (std::size_t i = 0; i < count; ++i) {
            names.push_back("TLS_PSK_" + std::to_string(i));
            if (i < 8) shown += (i == 0 ? "" : ", ") + names.back();
        }
        tls(facts).suites_policy = names;
        fail_handshake(facts, "tls", "reset");
        const auto finding = find("TLS.SUITES", facts);
        REQUIRE_FALSE(finding.evidence.empty());
        CHECK(finding.evidence.front().observed == shown + (count > 8 ? ", ..." : ""));
    }
}

TEST_CASE("TLS.SUITES: TLS 1.3 needs one of two key exchanges", "[rule]") {
    Facts facts = healthy_facts(20348);
    tls(facts).suites_local = {
        "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"};
    switch_off_key_exchanges(facts, {"ECDH", "PKCS"});
    CHECK(find("TLS.SUITES", facts).verdict == Verdict::ok); // by Diffie-Hellman
    switch_off_key_exchanges(facts, {"Diffie-Hellman"});
    CHECK(find("TLS.SUITES", facts).summary.key == "TLS.SUITES.none_usable");
    CHECK(find("TLS.SUITES", facts).verdict == Verdict::broken);
}

TEST_CASE("TLS.SUITES: key, protocols and FIPS must leave something", "[rule]") {
    check_cases(
        "TLS.SUITES",
        {
            {"Windows' own list", [](Facts&) {}, Verdict::ok, "ok_default"},
            {"a policy list is fine",
             [](Facts& f) {
                 tls(f).suites_policy = {
                     "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384_P256",
                     "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                     "TLS_RSA_WITH_AES_256_GCM_SHA384"};
             },
             Verdict::ok,
             "ok"},
            {"an empty policy list",
             [](Facts& f) {
                 tls(f).suites_policy = {""};
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "empty_policy"},
            {"an empty local list is not documented as a fault",
             [](Facts& f) {
                 tls(f).suites_local.emplace();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "empty_local"},
            {"only ECDSA suites beside an RSA certificate",
             [](Facts& f) {
                 tls(f).suites_policy = {
                     "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                     "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
                 fail_handshake(f, "tls", "alert");
             },
             Verdict::broken,
             "none_usable"},
            {"only 1.2 suites and 1.2 off",
             [](Facts& f) {
                 tls(f).suites_policy = {"TLS_RSA_WITH_AES_256_GCM_SHA384"};
                 set_protocol(f, "TLS 1.2", 0, Dword{});
                 forget_handshake(f);
             },
             Verdict::broken,
             "none_usable"},
            {"none usable, but it works",
             [](Facts& f) { tls(f).suites_policy.emplace(); },
             Verdict::at_risk,
             "not_in_force"},
            {"few",
             [](Facts& f) { tls(f).suites_policy = {"TLS_RSA_WITH_AES_256_GCM_SHA384"}; },
             Verdict::at_risk,
             "few"},
            {"no curves", [](Facts& f) { tls(f).curves.emplace(); }, Verdict::at_risk, "no_curves"},
            {"all ciphers off, handshake fails",
             [](Facts& f) {
                 for (const char* name : {"AES 128/128", "AES 256/256", "Triple DES 168"})
                     tls(f).ciphers[name] = 0;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "all_switched_off"},
            {"all ciphers off, handshake not tried",
             [](Facts& f) {
                 for (const char* name : {"AES 128/128", "AES 256/256", "Triple DES 168"})
                     tls(f).ciphers[name] = 0;
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "all_switched_off"},
            {"Schannel says so during our handshake",
             [](Facts& f) {
                 fail_handshake(f, "tls", "alert");
                 add_event(f, "Schannel", 36874, 1);
             },
             Verdict::broken,
             "no_common"},
            {"Schannel says so of another program while ours fails",
             [](Facts& f) {
                 fail_handshake(f, "tls", "reset");
                 add_event(f, "Schannel", 36874, 1).data["CallerProcessImageName"] = "w3wp.exe";
             },
             Verdict::ok,
             "ok_default"},
            {"Schannel says so of our handshake, and another client completes",
             [](Facts& f) {
                 fail_handshake(f, "tls", "alert");
                 add_event(f, "Schannel", 36874, 1);
                 HandshakeFacts outside = guest(f);
                 outside.from = "outside";
                 outside.stage = "done";
                 f.handshakes.value->push_back(outside);
             },
             Verdict::ok,
             "ok_default"},
            {"every key exchange off, as before 1.3",
             [](Facts& f) {
                 switch_off_key_exchanges(f, {"ECDH", "Diffie-Hellman", "PKCS"});
             },
             Verdict::broken,
             "all_switched_off"},
            {"PKCS is left, and the list has only ECDHE",
             [](Facts& f) {
                 tls(f).suites_policy = {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"};
                 switch_off_key_exchanges(f, {"ECDH"});
             },
             Verdict::broken,
             "none_usable"},
            {"the same event an hour ago proves nothing",
             [](Facts& f) {
                 fail_handshake(f, "tls", "alert");
                 add_event(f, "Schannel", 36874, 3600);
             },
             Verdict::ok,
             "ok_default"},
            {"TLS never used", no_tls_used, Verdict::not_applicable, "not_used"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/tls/suites_policy"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("FIPS: a restriction, broken only without a suite", "[rule]") {
    check_cases(
        "FIPS",
        {
            {"off", [](Facts&) {}, Verdict::ok, "ok"},
            {"on", [](Facts& f) { f.security.value->fips = 1; }, Verdict::at_risk, "on"},
            {"by level",
             [](Facts& f) { f.security.value->min_encryption = 4; },
             Verdict::at_risk,
             "min_encryption"},
            {"on without an approved suite",
             [](Facts& f) {
                 f.security.value->fips = 1;
                 tls(f).suites_policy = {"TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_MD5"};
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "no_suite"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/sec/fips"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    // Beside a completed handshake it is worth knowing, no more.
    Facts facts = healthy_facts();
    facts.security.value->fips = 1;
    CHECK(find("FIPS", facts).severity == Severity::low);
    CHECK(to_string(judge(facts, Policy{}, fixed_now).verdict) == "ok");
    forget_handshake(facts);
    CHECK(find("FIPS", facts).severity == Severity::medium);
    tls(facts).suites_policy = {"TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_MD5"};
    CHECK(find("FIPS", facts).summary.key == "FIPS.no_suite");
    CHECK(find("FIPS", facts).severity == Severity::critical);
}
