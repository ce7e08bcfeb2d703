#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

CertificateFacts& cert(Facts& facts) {
    return *facts.rdp_certificate.value;
}

Certificate& own(Facts& facts) {
    return *own_certificate(facts).parsed;
}

void deny_store(Facts& facts) {
    cert(facts).store_sddl[1] = "O:SYG:SYD:(D;;0x6;;;SY)(A;;KA;;;SY)";
}

// Windows made no certificate; TermService came up five days ago.
void empty_store(Facts& facts) {
    cert(facts).store.clear();
    cert(facts).self_signed.reset();
}

void harden_folder(Facts& facts) {
    facts.machine_keys.value->directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
}

} // namespace

TEST_CASE("STORE.ACL: an explicit deny blocks, an inherited one is reported", "[rule]") {
    check_cases(
        "STORE.ACL",
        {
            {"as shipped", [](Facts&) {}, Verdict::ok, "ok"},
            {"explicit deny, down",
             [](Facts& f) {
                 deny_store(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"explicit deny, nobody tried",
             [](Facts& f) {
                 deny_store(f);
                 forget_handshake(f);
             },
             Verdict::broken,
             "denied"},
            {"explicit deny of everything for Everyone, down",
             [](Facts& f) {
                 cert(f).store_sddl[0] = "O:SYG:SYD:(D;;GA;;;WD)(A;;KA;;;SY)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"explicit deny, the certificate that is there is served",
             deny_store,
             Verdict::at_risk,
             "denied_served"},
            {"on purpose: a certificate of the company's is pinned and served",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 cert(f).store.clear();
                 deny_store(f);
             },
             Verdict::at_risk,
             "denied_unneeded"},
            {"on purpose: a template of the policy chose what is served",
             [](Facts& f) {
                 cert(f).store.clear();
                 cert(f).self_signed.reset();
                 cert(f).wmi_hash_type = 2;
                 guest(f).peer_thumbprint = other_thumbprint;
                 deny_store(f);
             },
             Verdict::at_risk,
             "denied_unneeded"},
            {"pinned beside a deny, and down",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 deny_store(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"inherited deny",
             [](Facts& f) { cert(f).store_sddl[0] = "O:SYG:SYD:AI(D;CIID;0x4;;;SY)(A;;KA;;;SY)"; },
             Verdict::at_risk,
             "inherited"},
            {"a grant that stands before the deny decides",
             [](Facts& f) {
                 cert(f).store_sddl[0] = "O:SYG:SYD:(A;;KA;;;SY)(D;;0x6;;;SY)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "ok"},
            {"a grant of one right before a deny of both",
             [](Facts& f) {
                 cert(f).store_sddl[0] = "O:SYG:SYD:(A;;0x2;;;BA)(D;;0x6;;;SY)(A;;KA;;;SY)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"a deny that only children inherit",
             [](Facts& f) { cert(f).store_sddl[0] = "O:SYG:SYD:(D;CIIO;0x6;;;SY)(A;;KA;;;SY)"; },
             Verdict::ok,
             "ok"},
            {"a deny of something else, or for somebody else",
             [](Facts& f) {
                 cert(f).store_sddl[0] = "O:SYG:SYD:(D;;0x1;;;SY)(D;;0x6;;;BU)(A;;KA;;;SY)";
             },
             Verdict::ok,
             "ok"},
            {"no store is healthy",
             [](Facts& f) {
                 cert(f).store_present = false;
                 cert(f).store_sddl.clear();
             },
             Verdict::ok,
             "no_store"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/cert/store_sddl"); },
             Verdict::unknown,
             "rule.unread"},
            {"not SDDL",
             [](Facts& f) { cert(f).store_sddl[0] = "D:("; },
             Verdict::unknown,
             "unparsable"},
        }
    );
}

TEST_CASE("CERT.SELF.VALID: near the end is normal life unless renewal is blocked", "[rule]") {
    check_cases(
        "CERT.SELF.VALID",
        {
            {"valid", [](Facts&) {}, Verdict::ok, "ok"},
            {"three days left",
             [](Facts& f) { own(f).not_after = fixed_now + 3 * a_day; },
             Verdict::ok,
             "ok"},
            {"three days left and a hardened folder",
             [](Facts& f) {
                 own(f).not_after = fixed_now + 3 * a_day;
                 harden_folder(f);
             },
             Verdict::at_risk,
             "renewal_blocked"},
            {"three days left and SessionEnv disabled",
             [](Facts& f) {
                 own(f).not_after = fixed_now + 3 * a_day;
                 service(f, "SessionEnv").start = 4;
             },
             Verdict::at_risk,
             "renewal_blocked"},
            {"months left and a hardened folder", harden_folder, Verdict::ok, "ok"},
            {"months left, and SessionEnv never looks",
             [](Facts& f) { cert(f).refresh = 0; },
             Verdict::at_risk,
             "renewal_off"},
            {"SessionEnv looks once a day",
             [](Facts& f) { cert(f).refresh = 1'440; },
             Verdict::ok,
             "ok"},
            {"three days left, and SessionEnv never looks",
             [](Facts& f) {
                 own(f).not_after = fixed_now + 3 * a_day;
                 cert(f).refresh = 0;
             },
             Verdict::at_risk,
             "renewal_blocked"},
            {"expired for less than the month between two looks",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3 * a_day;
                 cert(f).refresh = 43'200;
             },
             Verdict::at_risk,
             "expired_lately"},
            {"expired for longer than the day between two looks",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3 * a_day;
                 cert(f).refresh = 1'440;
             },
             Verdict::broken,
             "expired"},
            {"the next one goes into another store",
             [](Facts& f) { cert(f).own_store = "My"; },
             Verdict::at_risk,
             "renewal_off"},
            {"the store as shipped",
             [](Facts& f) { cert(f).own_store = "remote desktop"; },
             Verdict::ok,
             "ok"},
            {"ProgramData was moved",
             [](Facts& f) { cert(f).program_data = R"(D:\ProgramData)"; },
             Verdict::at_risk,
             "renewal_off"},
            {"ProgramData as shipped, not expanded",
             [](Facts& f) { cert(f).program_data = R"(%SystemDrive%\ProgramData)"; },
             Verdict::ok,
             "ok"},
            {"ProgramData as shipped, expanded",
             [](Facts& f) { cert(f).program_data = R"(c:\programdata\)"; },
             Verdict::ok,
             "ok"},
            {"an unreadable key ACL blocks nothing",
             [](Facts& f) {
                 own(f).not_after = fixed_now + 3 * a_day;
                 rdp_key(f).sddl.reset();
                 forget_handshake(f);
             },
             Verdict::ok,
             "ok"},
            {"expired",
             [](Facts& f) { own(f).not_after = fixed_now - 12 * 3600; },
             Verdict::broken,
             "expired"},
            {"expired since SessionEnv's last look",
             [](Facts& f) { own(f).not_after = fixed_now - 12 * 3600 + 1; },
             Verdict::at_risk,
             "expired_lately"},
            {"expired since the last look, nobody tried",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3600;
                 forget_handshake(f);
             },
             Verdict::at_risk,
             "expired_lately"},
            {"expired since the last look, and the next one will not help",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3600;
                 service(f, "SessionEnv").start = 4;
             },
             Verdict::at_risk,
             "renewal_blocked"},
            {"expired an hour ago, and down",
             [](Facts& f) {
                 own(f).not_after = fixed_now - 3600;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "expired"},
            {"none, long after TermService came up, down",
             [](Facts& f) {
                 empty_store(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "missing"},
            {"none, and RDP says so itself",
             [](Facts& f) {
                 empty_store(f);
                 fail_handshake(f, "x224", "");
                 guest(f).failure_code = 3;
             },
             Verdict::broken,
             "missing"},
            {"none, TermService has just come up",
             [](Facts& f) {
                 empty_store(f);
                 service(f, "TermService").proc_start = fixed_now - 5;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "none"},
            {"none, and nothing listens: that is the fault",
             [](Facts& f) {
                 empty_store(f);
                 fail_handshake(f, "connect", "refused");
             },
             Verdict::ok,
             "none"},
            {"none, a template of the policy chose another",
             [](Facts& f) {
                 empty_store(f);
                 cert(f).wmi_hash_type = 2;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "none"},
            {"not yet valid",
             [](Facts& f) { own(f).not_before = fixed_now + a_day; },
             Verdict::at_risk,
             "not_yet_valid"},
            {"clocks disagree",
             [](Facts& f) { f.collector.value->utc = fixed_now - 400; },
             Verdict::unknown,
             "clock_skew"},
            {"clocks disagree, expired by both",
             [](Facts& f) {
                 f.collector.value->utc = fixed_now - 400;
                 own(f).not_after = fixed_now - 10 * a_day;
             },
             Verdict::broken,
             "expired"},
            {"four minutes apart",
             [](Facts& f) { f.collector.value->utc = fixed_now - 240; },
             Verdict::ok,
             "ok"},
            {"no certificate yet",
             [](Facts& f) {
                 cert(f).store.clear();
                 cert(f).self_signed.reset();
             },
             Verdict::ok,
             "none"},
            {"another one is configured",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 own(f).not_after = fixed_now - 1;
             },
             Verdict::not_applicable,
             "not_in_use"},
            {"does not parse",
             [](Facts& f) { own_certificate(f).parsed.reset(); },
             Verdict::unknown,
             "unparsed"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/cert/store"); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    own(facts).not_after = fixed_now - a_day;
    CHECK(find("CERT.SELF.VALID", facts).severity == Severity::high);
    fail_handshake(facts, "tls", "reset");
    CHECK(find("CERT.SELF.VALID", facts).severity == Severity::critical);
}

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

TEST_CASE("what keeps everybody out is critical once that was tried", "[rule]") {
    struct Row {
        const char* rule;
        void (*change)(Facts&);
    };

    const Row rows[] = {
        {"CERT.CORRUPT", [](Facts& f) { own_certificate(f).parsed.reset(); }},
        {"KEY.FOLDER",
         [](Facts& f) {
             harden_folder(f);
             empty_store(f);
         }},
    };
    for (const Row& row : rows) {
        INFO(row.rule);
        Facts facts = healthy_facts();
        row.change(facts);
        forget_handshake(facts);
        CHECK(find(row.rule, facts).verdict == Verdict::broken);
        CHECK(find(row.rule, facts).severity == Severity::high);
        facts = healthy_facts();
        row.change(facts);
        fail_handshake(facts, "tls", "reset");
        CHECK(find(row.rule, facts).verdict == Verdict::broken);
        CHECK(find(row.rule, facts).severity == Severity::critical);
    }
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

TEST_CASE(
    "CERT.SELF.VALID: a creation failure that was cured does not make it critical", "[rule]"
) {
    Facts facts = healthy_facts();
    own(facts).not_after = fixed_now - a_day;
    add_event(facts, "TermService", 1058, 600);
    CHECK(find("CERT.SELF.VALID", facts).severity == Severity::critical);
    add_event(facts, "TermService", 1056, 300);
    CHECK(find("CERT.SELF.VALID", facts).severity == Severity::high);
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
