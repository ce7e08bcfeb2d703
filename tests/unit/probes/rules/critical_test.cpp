// What keeps everybody out is critical once a trial failed, and high before.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

CertificateFacts& cert(Facts& facts) {
    return *facts.rdp_certificate.value;
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
