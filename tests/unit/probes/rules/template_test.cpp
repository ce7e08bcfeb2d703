// A certificate that a policy's template chose: known from WMI, or from what SessionEnv noted.
#include "probes/reading/certificate_view.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

#include <optional>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

// A certificate of a CA lies in the computer's own store, not pinned; nothing says who chose it.
Facts enrolled() {
    Facts facts = healthy_facts();
    pin_ca_certificate(facts);
    auto& certificates = *facts.rdp_certificate.value;
    certificates.pin.reset();
    certificates.pin_raw_length.reset();
    certificates.wmi_hash_type.reset();
    certificates.wmi_hash.reset();
    return facts;
}

} // namespace

TEST_CASE("template: SessionEnv's note tells it where WMI does not", "[rule]") {
    struct Row {
        Dword wmi_type;
        std::optional<std::string> note;
        bool chosen;
    };

    const Row rows[] = {
        {{}, {}, false},
        {{}, "", false},
        {{}, std::string(other_thumbprint), true},
        {1, std::string(other_thumbprint), false}, // left behind by an earlier policy
        {2, {}, true},
        {3, {}, false},
    };
    for (const auto& [wmi_type, note, chosen] : rows) {
        Facts facts = enrolled();
        auto& certificates = *facts.rdp_certificate.value;
        certificates.wmi_hash_type = wmi_type;
        certificates.template_hash = note;
        CAPTURE(wmi_type.value_or(0), note.value_or("none"));
        CHECK(template_chose(certificates) == chosen);
        const auto* wanted =
            chosen ? &*certificates.my_match : self_signed_certificate(certificates);
        CHECK(configured_certificate(certificates) == wanted);
        const char* key = chosen ? "CERT.BINDING.ok" : "CERT.BINDING.other";
        CHECK(find("CERT.BINDING", facts).summary.key == key);
    }
}

TEST_CASE(
    "template: Windows' own certificate, left out beside a chosen one, is not in use", "[rule]"
) {
    Facts facts = enrolled();
    auto& certificates = *facts.rdp_certificate.value;
    certificates.store.clear();
    mark_unread(facts, "/cert/store", "skipped");
    const auto keys = [&] {
        return find("CERT.SELF.VALID", facts).summary.key + " " +
               find("CERT.CORRUPT", facts).summary.key;
    };
    CHECK(keys() == "rule.unread rule.unread");
    certificates.template_hash = other_thumbprint;
    CHECK(keys() == "CERT.SELF.VALID.not_in_use CERT.CORRUPT.not_in_use");
    facts.unread.back().why = "denied";
    CHECK(keys() == "rule.unread rule.unread");
    facts.unread.back().why = "skipped";
    certificates.my_match.reset();
    CHECK(keys() == "rule.unread rule.unread");
}
