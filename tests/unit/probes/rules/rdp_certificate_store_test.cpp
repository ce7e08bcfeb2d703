#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

CertificateFacts& cert(Facts& facts) {
    return *facts.rdp_certificate.value;
}

void dangle(Facts& facts) {
    cert(facts).pin = std::string(other_thumbprint);
    cert(facts).pin_raw_length = 20;
}

} // namespace

TEST_CASE("CERT.PIN: a fault of the pin is down only when the handshake fails", "[rule]") {
    check_cases(
        "CERT.PIN",
        {
            {"no pin", [](Facts&) {}, Verdict::ok, "none"},
            {"served", [](Facts& f) { pin_ca_certificate(f); }, Verdict::ok, "ok_tried"},
            {"readable, not tried",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 forget_handshake(f);
             },
             Verdict::ok,
             "ok"},
            {"dangling, Windows serves its own", dangle, Verdict::at_risk, "dangling"},
            {"dangling and down",
             [](Facts& f) {
                 dangle(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "dangling"},
            {"invisible characters",
             [](Facts& f) {
                 dangle(f);
                 cert(f).pin_raw_length = 23;
             },
             Verdict::at_risk,
             "malformed"},
            {"key closed to NETWORK SERVICE, down",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 f.machine_keys.value->files[1].sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "key_denied"},
            {"key file gone, down",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 f.machine_keys.value->files.pop_back();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "key_missing"},
            {"key file beyond the cap",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 f.machine_keys.value->files.pop_back();
                 f.machine_keys.value->other_count = 100;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::unknown,
             "key_unread"},
            {"the record of the key is malformed, down",
             [](Facts& f) {
                 StoredCertificate& pinned = pin_ca_certificate(f);
                 pinned.provider.reset();
                 pinned.parse_error = "the key provider record is too short";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::unknown,
             "key_unread"},
            {"no record of a key, down",
             [](Facts& f) {
                 pin_ca_certificate(f).provider.reset();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "key_missing"},
            {"TPM",
             [](Facts& f) {
                 pin_ca_certificate(f).key_file.clear();
                 forget_handshake(f);
             },
             Verdict::unknown,
             "foreign_provider"},
            {"stores unread",
             [](Facts& f) {
                 dangle(f);
                 mark_unread(f, "/cert/my_match");
             },
             Verdict::unknown,
             "rule.unread"},
            {"unread", [](Facts& f) { mark_unread(f, "/cert"); }, Verdict::unknown, "rule.unread"},
        }
    );
}

TEST_CASE("CERT.BINDING: served against configured", "[rule]") {
    check_cases(
        "CERT.BINDING",
        {
            {"the same", [](Facts&) {}, Verdict::ok, "ok"},
            {"another",
             [](Facts& f) { guest(f).peer_thumbprint = other_thumbprint; },
             Verdict::at_risk,
             "other"},
            {"a pin that is served", [](Facts& f) { pin_ca_certificate(f); }, Verdict::ok, "ok"},
            {"a pin that names nothing: Windows fell back", dangle, Verdict::at_risk, "other"},
            {"no handshake", forget_handshake, Verdict::unknown, "no_handshake"},
            {"nothing configured",
             [](Facts& f) {
                 cert(f).store.clear();
                 cert(f).self_signed.reset();
             },
             Verdict::unknown,
             "none_configured"},
        }
    );
}

TEST_CASE("CERT.CORRUPT: one sound certificate", "[rule]") {
    check_cases(
        "CERT.CORRUPT",
        {
            {"sound", [](Facts&) {}, Verdict::ok, "ok"},
            {"empty is healthy", [](Facts& f) { cert(f).store.clear(); }, Verdict::ok, "empty"},
            {"does not parse",
             [](Facts& f) {
                 own_certificate(f).parsed.reset();
                 own_certificate(f).parse_error = "truncated DER";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "unparsable"},
            {"under another thumbprint",
             [](Facts& f) {
                 own_certificate(f).key_name = other_thumbprint;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "mismatch"},
            {"not read, which says nothing about it",
             [](Facts& f) {
                 own_certificate(f).parsed.reset();
                 own_certificate(f).parse_error = "the certificate's blob was not read";
                 mark_unread(f, "/cert/store/0/blob_b64");
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::unknown,
             "rule.unread"},
            {"litter beside the configured one, down",
             [](Facts& f) {
                 cert(f).store.push_back(own_certificate(f));
                 cert(f).store.back().key_name = "00";
                 cert(f).store.back().parsed.reset();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "unused"},
            {"one unread, the configured one damaged",
             [](Facts& f) {
                 cert(f).store.insert(cert(f).store.begin(), own_certificate(f));
                 cert(f).store[0].key_name = "00";
                 cert(f).store[0].parsed.reset();
                 cert(f).store[1].parsed.reset();
                 mark_unread(f, "/cert/store/0/blob_b64");
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "unparsable"},
            {"litter beside a listener that works",
             [](Facts& f) {
                 cert(f).store.push_back(own_certificate(f));
                 cert(f).store.back().parsed.reset();
             },
             Verdict::at_risk,
             "unused"},
            {"imported again without its key, down",
             [](Facts& f) {
                 own_certificate(f).provider.reset();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "no_key"},
            {"without its key, nobody tried",
             [](Facts& f) {
                 own_certificate(f).provider.reset();
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "no_key"},
            {"without its key, and served all the same",
             [](Facts& f) { own_certificate(f).provider.reset(); },
             Verdict::ok,
             "ok"},
            {"without its key, and another one is configured",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 own_certificate(f).provider.reset();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "ok"},
            {"a key record that was not understood is not a missing one",
             [](Facts& f) {
                 own_certificate(f).provider.reset();
                 own_certificate(f).parse_error = "the key provider record is too short";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "ok"},
            {"two",
             [](Facts& f) { cert(f).store.push_back(own_certificate(f)); },
             Verdict::at_risk,
             "several"},
            {"recorded is another",
             [](Facts& f) { cert(f).self_signed = std::string(other_thumbprint); },
             Verdict::at_risk,
             "self_elsewhere"},
            {"unread",
             [](Facts& f) { f.rdp_certificate.value.reset(); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("CERT.BINDING: a policy's template is compared with what is served", "[rule]") {
    Facts facts = healthy_facts();
    facts.rdp_certificate.value->template_name = "RemoteDesktopComputer";
    const Finding own = find("CERT.BINDING", facts);
    CHECK(own.summary.key == "CERT.BINDING.template");
    CHECK(own.verdict == Verdict::at_risk);
    CHECK(own.severity == Severity::medium);
    pin_ca_certificate(facts);
    facts.rdp_certificate.value->pin.reset();
    facts.rdp_certificate.value->wmi_hash_type = 2; // what the template brought is used
    CHECK(find("CERT.BINDING", facts).summary.key == "CERT.BINDING.ok");
    facts.rdp_certificate.value->template_name = "";
    CHECK(find("CERT.BINDING", facts).summary.key == "CERT.BINDING.ok");
}
