// CERT.CA.VALID: a certificate that somebody chose.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("CERT.CA.VALID: time, purpose, strength, name", "[rule]") {
    struct Row {
        const char* what;
        void (*change)(StoredCertificate& chosen);
        Verdict verdict;
        const char* key;
    };

    const std::initializer_list<Row> rows{
        {"valid", [](auto&) {}, Verdict::ok, "ok"},
        {"20 days",
         [](auto& c) { c.parsed->not_after = fixed_now + 20 * a_day; },
         Verdict::at_risk,
         "expires"},
        {"5 days",
         [](auto& c) { c.parsed->not_after = fixed_now + 5 * a_day; },
         Verdict::at_risk,
         "expires"},
        {"expired",
         [](auto& c) { c.parsed->not_after = fixed_now - 1; },
         Verdict::broken,
         "expired"},
        {"not yet",
         [](auto& c) { c.parsed->not_before = fixed_now + a_day; },
         Verdict::at_risk,
         "not_yet_valid"},
        {"client authentication only, and served",
         [](auto& c) { c.parsed->server_auth = false; },
         Verdict::at_risk,
         "no_usage_served"},
        {"RDP's own usage",
         [](auto& c) {
             c.parsed->server_auth = false;
             c.parsed->remote_desktop_auth = true;
         },
         Verdict::ok,
         "ok"},
        {"SHA-1", [](auto& c) { c.parsed->signature_hash = "SHA1"; }, Verdict::at_risk, "weak"},
        {"RSA 1024", [](auto& c) { c.parsed->key_bits = 1024; }, Verdict::at_risk, "weak"},
        {"EC 256",
         [](auto& c) {
             c.parsed->key_type = "EC";
             c.parsed->key_bits = 256;
         },
         Verdict::ok,
         "ok"},
        {"another host",
         [](auto& c) { c.parsed->dns_names = {"old-01.corp.example"}; },
         Verdict::at_risk,
         "name"},
        {"wildcard", [](auto& c) { c.parsed->dns_names = {"*.CORP.example"}; }, Verdict::ok, "ok"},
        {"wildcard of the wrong depth",
         [](auto& c) { c.parsed->dns_names = {"*.example"}; },
         Verdict::at_risk,
         "name"},
        {"does not parse", [](auto& c) { c.parsed.reset(); }, Verdict::unknown, "unparsed"},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        Facts facts = healthy_facts();
        row.change(pin_ca_certificate(facts));
        const Finding finding = find("CERT.CA.VALID", facts);
        CHECK(to_string(finding.verdict) == to_string(row.verdict));
        CHECK(finding.summary.key == std::string("CERT.CA.VALID.") + row.key);
    }
    CHECK(find("CERT.CA.VALID", healthy_facts()).verdict == Verdict::not_applicable);
    Facts facts = healthy_facts();
    pin_ca_certificate(facts).parsed->not_after = fixed_now + 20 * a_day;
    CHECK(find("CERT.CA.VALID", facts).severity == Severity::medium);
    facts.rdp_certificate.value->my_match->parsed->not_after = fixed_now + 5 * a_day;
    CHECK(find("CERT.CA.VALID", facts).severity == Severity::high);
    facts = healthy_facts();
    pin_ca_certificate(facts).parsed->dns_names = {"rds.corp.example"}; // a gateway's, a farm's
    CHECK(find("CERT.CA.VALID", facts).severity == Severity::low);
    CHECK(to_string(judge(facts, Policy{}, fixed_now).verdict) == "ok");
    pin_ca_certificate(facts).parsed->not_after = fixed_now + 5 * a_day;
    facts.collector.value->utc = fixed_now + 3600;
    CHECK(find("CERT.CA.VALID", facts).summary.key == "CERT.CA.VALID.clock_skew");
    facts.rdp_certificate.value.reset();
    CHECK(find("CERT.CA.VALID", facts).verdict == Verdict::unknown);
    facts = healthy_facts();
    pin_ca_certificate(facts).parsed->server_auth = false;
    CHECK(find("CERT.CA.VALID", facts).severity == Severity::medium);
    fail_handshake(facts, "tls", "reset");
    CHECK(find("CERT.CA.VALID", facts).summary.key == "CERT.CA.VALID.no_usage");
    CHECK(find("CERT.CA.VALID", facts).verdict == Verdict::broken);
}

TEST_CASE("CERT.CA.VALID: what a pin or a template names was not read", "[rule]") {
    const auto with_pin = [](Facts& facts) { facts.rdp_certificate.value->pin = other_thumbprint; };
    for (const auto* lost : {"/cert/my_match", "/cert/store", "/cert/pin"}) {
        INFO(lost);
        Facts facts = healthy_facts();
        with_pin(facts);
        mark_unread(facts, lost);
        const Finding finding = find("CERT.CA.VALID", facts);
        CHECK(finding.verdict == Verdict::unknown);
        CHECK(finding.summary.key == "rule.unread");
    }
    Facts facts = healthy_facts();
    facts.rdp_certificate.value->wmi_hash_type = 2;
    mark_unread(facts, "/cert/my_match");
    CHECK(find("CERT.CA.VALID", facts).verdict == Verdict::unknown);
    facts.rdp_certificate.value->wmi_hash_type.reset();
    CHECK(find("CERT.CA.VALID", facts).summary.key == "CERT.CA.VALID.none"); // nobody chose one
    facts = healthy_facts();
    with_pin(facts);
    CHECK(find("CERT.CA.VALID", facts).summary.key == "CERT.CA.VALID.none"); // CERT.PIN: dangling
}

TEST_CASE(
    "CERT.CA.VALID: a record of the key that was not understood is not a missing key", "[rule]"
) {
    Facts facts = healthy_facts();
    StoredCertificate& chosen = pin_ca_certificate(facts);
    chosen.provider.reset();
    CHECK(find("CERT.CA.VALID", facts).verdict == Verdict::ok); // served, so it has a key
    forget_handshake(facts);
    CHECK(find("CERT.CA.VALID", facts).summary.key == "CERT.CA.VALID.no_key");
    chosen.parse_error = "the key provider record is too short";
    const Finding finding = find("CERT.CA.VALID", facts);
    CHECK(finding.verdict == Verdict::unknown);
    CHECK(finding.summary.key == "CERT.CA.VALID.key_unread");
}

namespace {

// A certificate signed with SHA-512, pinned on the last Windows that may refuse it.
Facts signed_with_sha512(std::uint32_t build) {
    Facts facts = healthy_facts();
    facts.os.value->build = build;
    pin_ca_certificate(facts).parsed->signature_hash = "SHA512";
    return facts;
}

} // namespace

TEST_CASE("CERT.CA.VALID: what Schannel may not use is a suspect until it was served", "[rule]") {
    const std::string id = "CERT.CA.VALID";
    Facts facts = signed_with_sha512(9600);
    CHECK(find(id, facts).summary.key == "CERT.CA.VALID.ok");
    fail_handshake(facts, "tls", "reset");
    const Finding suspect = find(id, facts);
    CHECK(suspect.summary.key == "CERT.CA.VALID.sha512");
    CHECK(suspect.verdict == Verdict::at_risk);
    CHECK(suspect.severity == Severity::high);
    CHECK(suspect.confidence == Confidence::circumstantial);
    Facts later = signed_with_sha512(14393);
    fail_handshake(later, "tls", "reset");
    CHECK(find(id, later).summary.key == "CERT.CA.VALID.ok");
    Facts signing = healthy_facts();
    pin_ca_certificate(signing).provider->type = 1;
    signing.rdp_certificate.value->my_match->provider->key_spec = 2;
    CHECK(find(id, signing).summary.key == "CERT.CA.VALID.ok");
    forget_handshake(signing);
    CHECK(find(id, signing).summary.key == "CERT.CA.VALID.signature_key");
    CHECK(find(id, signing).severity == Severity::medium);
    signing.rdp_certificate.value->my_match->provider->key_spec = 1;
    CHECK(find(id, signing).summary.key == "CERT.CA.VALID.ok");
}
