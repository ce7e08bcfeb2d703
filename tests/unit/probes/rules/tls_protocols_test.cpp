// Which versions of TLS a host offers: by release, by what is set, and what a handshake showed.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/tls_facts.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

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
