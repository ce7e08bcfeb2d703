// What a fingerprint leaves out of evidence: whatever tells one VM from another, shape by shape.
#include "probes/fingerprint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("identities: each shape, and what only looks like one", "[judge]") {
    struct Row {
        const char* text;
        const char* without;
    };

    const Row rows[] = {
        {"", ""},
        {"0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f", "<guid>"},
        {"{0F7D9A51-5A0A-4C33-9F3E-0B7A3C1D2E4F}", "{<guid>}"},
        {"0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4", "0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4"},
        {"key_0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f", "key_<guid>"},
        {"at 2026-11-18T11:06:40Z.", "at <time>."},
        {"2026-11-18T11:06:40.123Z", "<time>"},
        {"2026-11-18T11:06:40", "<time>"},
        {"2026-11-18", "<time>"},
        {"2026-11-1", "2026-11-1"},
        {"0123456789abcdef0123456789abcdef", "<hash>"},
        {"0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcde"},
        {"0x120089", "0x120089"},
        {"S-1-5-21-1-22-333-500", "S-1-5-21-<domain>-500"},
        {"S-1-5-21-1-22", "S-1-5-21-1-22"},
        {"S-1-5-20", "S-1-5-20"},
        {"pid 4120 tomcat9.exe", "pid <n> tomcat9.exe"},
        {"pid x", "pid x"},
        {"10.0.0.4", "<ip>"},
        {"10.0.0.4:3389", "<ip>:3389"},
        {"10.0.0", "10.0.0"},
        {"1000.0.0.4", "1000.0.0.4"},
        {"0.0.0.0", "0.0.0.0"},
        {"127.0.0.1", "127.0.0.1"},
        {"fd00::4", "<ip>"},
        {"::", "::"},
        {"::1", "::1"},
        {"1:2", "1:2"},
        {"web-01", "<host>"},
        {"WEB-01.corp.example", "<host>"},
        {"CN=web-01", "CN=<host>"},
        {"web-011", "web-011"},
        {"xweb-01", "xweb-01"},
        {"3389", "3389"},
    };
    const auto facts = healthy_facts();
    for (const auto& row : rows) {
        INFO(row.text);
        CHECK(without_identities(row.text, facts) == row.without);
    }
}

TEST_CASE("identities: a name of one letter is none, of two it is", "[judge]") {
    auto facts = healthy_facts();
    facts.os.value->host = "a";
    facts.os.value->fqdn = "";
    CHECK(without_identities("a cat", facts) == "a cat");
    facts.os.value->host = "ab";
    CHECK(without_identities("ab cat", facts) == "<host> cat");
    facts.os.value.reset();
    CHECK(without_identities("ab cat", facts) == "ab cat");
}
