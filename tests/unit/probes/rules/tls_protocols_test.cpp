#include "probes/reading/effective.hpp"
#include "probes/tls_protocols/suite.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

void all_off(Facts& facts) {
    for (const char* name : {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"})
        set_protocol(facts, name, 0, Dword{});
    fail_handshake(facts, "tls", "reset");
}

SchannelFacts& tls(Facts& facts) {
    return *facts.schannel.value;
}

// A client outside was dropped while it offered 1.3, and completed without.
void second_try(Facts& facts) {
    HandshakeFacts outside = guest(facts);
    outside.from = "outside";
    outside.without_tls13 = true;
    facts.handshakes.value->push_back(outside);
}

void switch_off_key_exchanges(Facts& facts, std::initializer_list<const char*> names) {
    for (const char* name : names)
        tls(facts).key_exchanges[name] = 0;
    fail_handshake(facts, "tls", "reset");
}

void no_tls_used(Facts& facts) {
    facts.security.value->layer = 0;
    facts.security.value->nla = 0;
    fail_handshake(facts, "x224", "");
    guest(facts).failure_code = 2;
}

} // namespace

TEST_CASE("TLS defaults: each release has its own", "[rule]") {
    struct Row {
        std::uint32_t build;
        Offer v10, v11, v12, v13;
    };

    const Offer on = Offer::on;
    const Offer off = Offer::off;
    const Offer open = Offer::unspecified;
    for (const Row& row :
         {Row{7601, on, off, off, off},
          Row{9200, on, on, on, off},
          Row{9600, on, on, on, off},
          Row{14393, on, on, on, off},
          Row{17763, on, on, on, off},
          Row{20348, on, on, on, on},
          Row{26100, open, open, on, on}}) {
        INFO(row.build);
        const Facts facts = healthy_facts(row.build);
        CHECK(server_offer(facts, TlsVersion::tls_1_0) == row.v10);
        CHECK(server_offer(facts, TlsVersion::tls_1_1) == row.v11);
        CHECK(server_offer(facts, TlsVersion::tls_1_2) == row.v12);
        CHECK(server_offer(facts, TlsVersion::tls_1_3) == row.v13);
    }
}

TEST_CASE("TLS overrides: Enabled is any non-zero, DisabledByDefault is by request", "[rule]") {
    Facts facts = healthy_facts();
    const auto offer = [&] { return server_offer(facts, TlsVersion::tls_1_2); };
    set_protocol(facts, "TLS 1.2", 0xFFFFFFFF, 0);
    CHECK(offer() == Offer::on);
    set_protocol(facts, "TLS 1.2", 1, 1);
    CHECK(offer() == Offer::by_request_only);
    set_protocol(facts, "TLS 1.2", 0, 0);
    CHECK(offer() == Offer::off);
    set_protocol(facts, "TLS 1.2", Dword{}, 1);
    CHECK(offer() == Offer::by_request_only);
    tls(facts).protocols["TLS 1.2"].server.default_type = 1; // REG_SZ
    CHECK(offer() == Offer::unread);
    // Only the server side matters.
    tls(facts).protocols["TLS 1.2"] = {};
    tls(facts).protocols["TLS 1.2"].client.enabled = 0;
    CHECK(offer() == Offer::on);
    mark_unread(facts, "/tls/proto/TLS 1.2");
    CHECK(offer() == Offer::unread);
}

TEST_CASE("TLS.PROTO: TLS 1.2 decides", "[rule]") {
    check_cases(
        "TLS.PROTO",
        {
            {"missing keys are defaults", [](Facts&) {}, Verdict::ok, "ok"},
            {"only TLS 1.0, and that disabled by default",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.0", 1, 1);
                 set_protocol(f, "TLS 1.1", 0, 1);
                 set_protocol(f, "TLS 1.2", 0, 1);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "by_request_fails"},
            {"hardened: 1.2 alone, written as -1",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.0", 0, 1);
                 set_protocol(f, "TLS 1.1", 0, 1);
                 set_protocol(f, "TLS 1.2", 0xFFFFFFFF, 0);
             },
             Verdict::ok,
             "ok"},
            {"nothing left", all_off, Verdict::broken, "none"},
            {"nothing left, but running on old credentials",
             [](Facts& f) {
                 all_off(f);
                 f.handshakes = healthy_facts().handshakes;
             },
             Verdict::at_risk,
             "not_in_force"},
            {"nothing left, layer 0 with NLA",
             [](Facts& f) {
                 all_off(f);
                 f.security.value->layer = 0;
             },
             Verdict::broken,
             "none"},
            {"nothing left, security settings unread",
             [](Facts& f) {
                 all_off(f);
                 f.security.value.reset();
             },
             Verdict::unknown,
             "none_layer_unread"},
            {"TLS never used",
             [](Facts& f) {
                 all_off(f);
                 no_tls_used(f);
             },
             Verdict::not_applicable,
             "not_used"},
            {"1.2 off, 1.0 and 1.1 left",
             [](Facts& f) { set_protocol(f, "TLS 1.2", 0, Dword{}); },
             Verdict::at_risk,
             "only_legacy"},
            {"1.2 disabled by default, and it works",
             [](Facts& f) { set_protocol(f, "TLS 1.2", 1, 1); },
             Verdict::at_risk,
             "by_request_only"},
            {"1.2 disabled by default, the rest off, RDP ends the handshake",
             [](Facts& f) {
                 all_off(f);
                 set_protocol(f, "TLS 1.2", 1, 1);
             },
             Verdict::broken,
             "by_request_fails"},
            {"1.2 disabled by default without Enabled, RDP ends the handshake with an alert",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.2", Dword{}, 1);
                 fail_handshake(f, "tls", "closed");
                 guest(f).alert = 70;
             },
             Verdict::broken,
             "by_request_fails"},
            {"1.2 disabled by default, and nothing listens: another matter",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.2", 1, 1);
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::at_risk,
             "by_request_only"},
            {"1.2 disabled by default, nobody tried",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.2", 1, 1);
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "by_request_only"},
            {"wrong registry type, no handshake",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.2", Dword{}, Dword{});
                 tls(f).protocols["TLS 1.2"].server.enabled_type = 1;
                 forget_handshake(f);
             },
             Verdict::unknown,
             "value_unread"},
            {"wrong registry type, handshake with 1.2",
             [](Facts& f) { tls(f).protocols["TLS 1.2"].server.enabled_type = 1; },
             Verdict::ok,
             "ok_tried"},
            {"unread value of 1.0 beside a good 1.2",
             [](Facts& f) { mark_unread(f, "/tls/proto/TLS 1.0/server/e"); },
             Verdict::ok,
             "ok"},
            {"group unread",
             [](Facts& f) { f.schannel.value.reset(); },
             Verdict::unknown,
             "rule.unread"},
            {"build unread", [](Facts& f) { f.os.value.reset(); }, Verdict::unknown, "rule.unread"},
        }
    );
}

TEST_CASE("TLS.PROTO: releases with a story of their own", "[rule]") {
    Facts facts = healthy_facts(20348);
    set_protocol(facts, "TLS 1.2", 0, Dword{});
    CHECK(find("TLS.PROTO", facts).summary.key == "TLS.PROTO.only_13");

    facts = healthy_facts(26100);
    set_protocol(facts, "TLS 1.2", 0, Dword{});
    set_protocol(facts, "TLS 1.3", 0, Dword{});
    fail_handshake(facts, "tls", "reset");
    // The defaults of 1.0 and 1.1 on Server 2025 are UNVERIFIED and must not decide.
    CHECK(find("TLS.PROTO", facts).summary.key == "TLS.PROTO.legacy_default_unknown");
    CHECK(find("TLS.PROTO", facts).verdict == Verdict::at_risk);
    set_protocol(facts, "TLS 1.0", 0, Dword{});
    set_protocol(facts, "TLS 1.1", 0, Dword{});
    CHECK(find("TLS.PROTO", facts).verdict == Verdict::broken);

    SECTION("2008R2 relies on 1.0 unless a handshake shows better") {
        facts = healthy_facts(7601);
        CHECK(find("TLS.PROTO", facts).verdict == Verdict::ok);
        guest(facts).tls_version = "1.0";
        CHECK(find("TLS.PROTO", facts).summary.key == "TLS.PROTO.only_legacy");
        set_protocol(facts, "TLS 1.0", 0, Dword{});
        set_protocol(facts, "TLS 1.2", 1, 0);
        fail_handshake(facts, "tls", "reset");
        CHECK(find("TLS.PROTO", facts).summary.key == "TLS.PROTO.2008r2_needs_update");
        CHECK(find("TLS.PROTO", facts).verdict == Verdict::at_risk);
        set_protocol(facts, "TLS 1.2", Dword{}, Dword{});
        CHECK(find("TLS.PROTO", facts).verdict == Verdict::broken);
    }
}

TEST_CASE("TLS.13FORCED: harmful before build 20348", "[rule]") {
    check_cases(
        "TLS.13FORCED",
        {
            {"absent", [](Facts&) {}, Verdict::ok, "ok"},
            {"forced",
             [](Facts& f) { set_protocol(f, "TLS 1.3", 1, 0); },
             Verdict::at_risk,
             "forced"},
            {"forced but disabled by default",
             [](Facts& f) { set_protocol(f, "TLS 1.3", 1, 1); },
             Verdict::ok,
             "ok"},
            {"proven from outside",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.3", 1, 0);
                 HandshakeFacts outside;
                 outside.from = "outside";
                 outside.stage = "tls";
                 outside.failure = "reset";
                 f.handshakes.value->push_back(outside);
             },
             Verdict::broken,
             "resets"},
            {"proven by the second try from outside, without 1.3",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.3", 1, 0);
                 second_try(f);
             },
             Verdict::broken,
             "resets"},
            {"proven from outside alone",
             [](Facts& f) {
                 set_protocol(f, "TLS 1.3", 1, 0);
                 second_try(f);
                 f.handshakes.value->erase(f.handshakes.value->begin());
             },
             Verdict::broken,
             "resets"},
            {"a client that 1.3 breaks, and 1.3 is not forced: something between them",
             second_try,
             Verdict::ok,
             "ok"},
            {"TLS never used", no_tls_used, Verdict::not_applicable, "not_used"},
            {"unread", [](Facts& f) { f.schannel.value.reset(); }, Verdict::unknown, "rule.unread"},
        }
    );
    Facts facts = healthy_facts(20348);
    set_protocol(facts, "TLS 1.3", 1, 0);
    CHECK(find("TLS.13FORCED", facts).verdict == Verdict::not_applicable);
}

TEST_CASE("TLS.LEGACY: only what was switched on by hand, and only hygiene", "[rule]") {
    check_cases(
        "TLS.LEGACY",
        {
            {"on by default is not by hand", [](Facts&) {}, Verdict::ok, "ok"},
            {"article step 3",
             [](Facts& f) { set_protocol(f, "TLS 1.0", 1, Dword{}); },
             Verdict::at_risk,
             "enabled"},
            {"SSL 3.0",
             [](Facts& f) { set_protocol(f, "SSL 3.0", 0xFFFFFFFF, 0); },
             Verdict::at_risk,
             "enabled"},
            {"off", [](Facts& f) { set_protocol(f, "TLS 1.0", 0, 1); }, Verdict::ok, "ok"},
            {"unread", [](Facts& f) { mark_unread(f, "/tls"); }, Verdict::unknown, "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    set_protocol(facts, "TLS 1.1", 1, 0);
    CHECK(find("TLS.LEGACY", facts).severity == Severity::low);
}

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
    CHECK(find("FIPS", facts).severity != Severity::low);
}
