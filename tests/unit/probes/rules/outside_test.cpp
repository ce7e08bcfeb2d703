#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/collect/make_certificate.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

HandshakeFacts& shake(Facts& facts) {
    return facts.handshakes.value->front();
}

// Only a handshake from outside is known: it completed.
Facts outside_only() {
    Facts facts;
    Facts whole = healthy_facts();
    facts.handshakes = whole.handshakes;
    auto& one = shake(facts);
    one.from = "outside";
    one.asked_for = "web-01";
    one.certificate = own_certificate(whole).parsed;
    return facts;
}

struct Row {
    const char* what;
    void (*change)(Facts& facts);
    Verdict verdict;
    const char* slug;
};

void check_rows(const char* rule, std::initializer_list<Row> rows) {
    for (const auto& row : rows) {
        INFO(row.what);
        Facts facts = outside_only();
        row.change(facts);
        const Finding found = find(rule, facts);
        CHECK(found.verdict == row.verdict);
        CHECK(found.summary.key == std::string(rule) + "." + row.slug);
    }
}

void stop(Facts& facts, const char* stage, const char* failure) {
    shake(facts).stage = stage;
    shake(facts).failure = failure;
    shake(facts).peer_thumbprint.clear();
}

} // namespace

TEST_CASE("OUT.RDP: each way of failing is a symptom of its own", "[rule]") {
    check_rows(
        "OUT.RDP",
        {{"completed", [](Facts&) {}, Verdict::ok, "ok"},
         {"refused", [](Facts& f) { stop(f, "connect", "refused"); }, Verdict::broken, "refused"},
         {"foreign", [](Facts& f) { stop(f, "x224", "not_rdp"); }, Verdict::broken, "not_rdp"},
         {"foreign to negotiation only",
          [](Facts& f) {
              stop(f, "x224", "not_rdp");
              shake(f).plain_rdp = true;
          },
          Verdict::at_risk,
          "rdp_security"},
         {"reset", [](Facts& f) { stop(f, "tls", "reset"); }, Verdict::broken, "tls_dropped"},
         {"reset but for one version",
          [](Facts& f) {
              stop(f, "tls", "reset");
              shake(f).versions = {{"1.0", "reset"}, {"1.2", "ok"}};
          },
          Verdict::at_risk,
          "some_versions"},
         {"silent", [](Facts& f) { stop(f, "tls", "timeout"); }, Verdict::broken, "silent"},
         {"only without 1.3",
          [](Facts& f) { shake(f).without_tls13 = true; },
          Verdict::at_risk,
          "only_without_13"},
         {"an old version came out",
          [](Facts& f) { shake(f).tls_version = "1.0"; },
          Verdict::at_risk,
          "without_12"},
         {"1.1 came out",
          [](Facts& f) { shake(f).tls_version = "1.1"; },
          Verdict::at_risk,
          "without_12"},
         {"1.3 alone, as the matrix tells",
          [](Facts& f) {
              shake(f).tls_version = "1.3";
              shake(f).versions = {{"1.2", "alert 70"}, {"1.3", "ok"}};
          },
          Verdict::at_risk,
          "without_12"},
         {"1.2 and 1.3",
          [](Facts& f) {
              shake(f).versions = {{"1.0", "alert 70"}, {"1.2", "ok"}, {"1.3", "ok"}};
          },
          Verdict::ok,
          "ok"},
         {"CredSSP hangs up",
          [](Facts& f) { shake(f).nla_failure = "closed"; },
          Verdict::at_risk,
          "credssp"},
         {"NTLM is refused",
          [](Facts& f) { shake(f).nla_failure = "refused"; },
          Verdict::at_risk,
          "credssp_refused"},
         {"no certificate",
          [](Facts& f) {
              shake(f).cipher_suite = "TLS_DH_anon_WITH_AES_256_GCM_SHA384";
              shake(f).peer_thumbprint.clear();
          },
          Verdict::broken,
          "anonymous"},
         {"a protocol nobody asked for",
          [](Facts& f) {
              stop(f, "x224", "not_asked");
              shake(f).selected_protocol = 4;
          },
          Verdict::broken,
          "not_asked"},
         {"TLS at once",
          [](Facts& f) {
              stop(f, "x224", "not_rdp");
              shake(f).first_bytes = "15030300020228";
          },
          Verdict::broken,
          "tls_at_once"},
         {"the inside is known",
          [](Facts& f) { f.collector = healthy_facts().collector; },
          Verdict::not_applicable,
          "inside_known"},
         {"not tried",
          [](Facts& f) { f.handshakes.value->clear(); },
          Verdict::not_applicable,
          "not_tried"}}
    );
}

TEST_CASE("OUT.CERT: dates by both clocks, key and hash", "[rule]") {
    check_rows(
        "OUT.CERT",
        {{"valid", [](Facts&) {}, Verdict::ok, "ok"},
         {"expired",
          [](Facts& f) { shake(f).certificate->not_after = fixed_now - 1; },
          Verdict::broken,
          "expired"},
         {"early",
          [](Facts& f) { shake(f).certificate->not_before = fixed_now + 1000; },
          Verdict::at_risk,
          "not_yet_valid"},
         {"expired by our clock only",
          [](Facts& f) {
              shake(f).certificate->not_after = fixed_now - 1000;
              shake(f).nla = NlaFacts{};
              shake(f).nla->utc = fixed_now - 5000;
          },
          Verdict::unknown,
          "clock_skew"},
         {"weak",
          [](Facts& f) { shake(f).certificate->key_bits = 1024; },
          Verdict::at_risk,
          "weak"},
         {"a CA's with an old hash",
          [](Facts& f) { shake(f).certificate->signature_hash = "SHA1"; },
          Verdict::at_risk,
          "weak"},
         {"its own with an old hash",
          [](Facts& f) {
              shake(f).certificate->signature_hash = "SHA1";
              shake(f).certificate_der = make_certificate(CertificateShape());
          },
          Verdict::ok,
          "ok"},
         {"a CA's at its end",
          [](Facts& f) { shake(f).certificate->not_after = fixed_now + 1000; },
          Verdict::at_risk,
          "expires_soon"},
         {"its own at its end",
          [](Facts& f) {
              shake(f).certificate->not_after = fixed_now + 1000;
              shake(f).certificate_der = make_certificate(CertificateShape());
          },
          Verdict::ok,
          "ok"},
         {"its own name and another's signature",
          [](Facts& f) {
              CertificateShape shape;
              shape.foreign_signature = true;
              shake(f).certificate->not_after = fixed_now + 1000;
              shake(f).certificate_der = make_certificate(shape);
          },
          Verdict::at_risk,
          "expires_soon"},
         {"not parsed",
          [](Facts& f) { shake(f).certificate.reset(); },
          Verdict::broken,
          "unparsed"},
         {"none", [](Facts& f) { stop(f, "x224", "reset"); }, Verdict::not_applicable, "none"}}
    );
}

TEST_CASE("OUT.BINDING: against the inside, else against the inventory", "[rule]") {
    check_rows(
        "OUT.BINDING",
        {{"nothing known", [](Facts&) {}, Verdict::not_applicable, "not_known"},
         {"the inventory's",
          [](Facts& f) { shake(f).expected_thumbprint = shake(f).peer_thumbprint; },
          Verdict::ok,
          "ok"},
         {"not the inventory's",
          [](Facts& f) { shake(f).expected_thumbprint = std::string(40, 'a'); },
          Verdict::at_risk,
          "inventory"},
         {"not the inside's",
          [](Facts& f) {
              auto guest = shake(f);
              guest.from = "guest";
              guest.peer_thumbprint = std::string(40, 'b');
              f.handshakes.value->push_back(guest);
          },
          Verdict::at_risk,
          "guest"}}
    );
}

TEST_CASE("OUT.NAME: told, and never a verdict of the VM", "[rule]") {
    check_rows(
        "OUT.NAME",
        {{"no challenge",
          [](Facts& f) { shake(f).nla.reset(); },
          Verdict::not_applicable,
          "not_told"},
         {"the same",
          [](Facts& f) {
              shake(f).nla = NlaFacts{};
              shake(f).nla->computer = "WEB-01";
          },
          Verdict::ok,
          "ok"},
         {"another",
          [](Facts& f) {
              shake(f).nla = NlaFacts{};
              shake(f).nla->computer = "SQL-01";
          },
          Verdict::at_risk,
          "inventory"}}
    );
    Facts facts = outside_only();
    shake(facts).nla = NlaFacts{};
    shake(facts).nla->computer = "SQL-01";
    CHECK(judge(outside_rules(), facts, Policy(), fixed_now).verdict == Verdict::ok);
}
