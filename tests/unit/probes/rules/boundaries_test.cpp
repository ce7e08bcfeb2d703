// Where a rule's range of ids, or of severities, ends.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

#include <array>
#include <string>
#include <utility>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

std::string last_word(const Facts& facts, const char* rule) {
    const std::string key = find(rule, facts).summary.key;
    return key.substr(key.rfind('.') + 1);
}

} // namespace

TEST_CASE("EVT.RDPCERT: which events of TermService are trouble", "[rule]") {
    const std::array<std::pair<std::uint32_t, const char*>, 17> ids{{
        {1050, "ok"},
        {1051, "fallback"},
        {1052, "ok"},
        {1053, "fallback"},
        {1054, "fallback"},
        {1055, "fallback"},
        {1056, "ok"},
        {1057, "creation_past"},
        {1058, "creation_past"},
        {1059, "ok"},
        {1060, "ok"},
        {1061, "ok"},
        {1062, "ok"},
        {1063, "ok"},
        {1064, "enrolment"},
        {1065, "enrolment"},
        {1066, "ok"},
    }};
    for (const auto& [id, expected] : ids) {
        CAPTURE(id);
        Facts facts = healthy_facts();
        add_event(facts, "TermService", id, 60);
        CHECK(last_word(facts, "EVT.RDPCERT") == expected);
    }
}

TEST_CASE("GPO.MANAGED: a policy does harm by what is more than a low risk", "[rule]") {
    Facts facts = healthy_facts();
    pin_ca_certificate(facts);
    facts.group_policy.value->rsop = {
        R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\SecurityLayer)"};
    CHECK(last_word(facts, "GPO.MANAGED") == "managed");
    CHECK(find("GPO.MANAGED", facts).severity == Severity::low);
    auto& chosen = *facts.rdp_certificate.value->my_match->parsed;
    chosen.not_after = fixed_now + 20 * a_day; // at risk, medium
    CHECK(last_word(facts, "GPO.MANAGED") == "harmful");
    CHECK(find("GPO.MANAGED", facts).severity == Severity::medium);
    chosen.not_after = fixed_now + 200 * a_day;
    chosen.dns_names = {"gateway.corp.example"}; // at risk, low
    CHECK(last_word(facts, "CERT.CA.VALID") == "name");
    CHECK(last_word(facts, "GPO.MANAGED") == "managed");
}

TEST_CASE("HANDSHAKE: evidence of a failure is there where there is one", "[rule]") {
    Facts facts = healthy_facts();
    fail_handshake(facts, "x224", "");
    guest(facts).failure_code = 3;
    const auto pointers = [&] {
        std::string said;
        for (const Evidence& item : find("HANDSHAKE", facts).evidence)
            said += item.fact + " ";
        return said;
    };
    CHECK(pointers() == "/hs/0/stage /hs/0/x224/fail ");
    fail_handshake(facts, "tls", "reset");
    guest(facts).failure_code = {};
    CHECK(pointers() == "/hs/0/stage /hs/0/errno ");
    guest(facts).alert = 40;
    CHECK(pointers() == "/hs/0/stage /hs/0/alert /hs/0/errno ");
}
