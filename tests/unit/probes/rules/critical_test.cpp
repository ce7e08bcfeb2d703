// What keeps everybody out is critical once a trial failed, and high before.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

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
