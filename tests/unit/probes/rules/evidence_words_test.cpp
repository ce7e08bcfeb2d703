// What evidence says in words beside the raw form: rights, codes, and what process 4 is.
#include "core/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

#include <array>
#include <string>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

struct Words {
    const char* rule;
    void (*change)(Facts& facts);
    const char* said;
};

std::string said_by(const Words& row) {
    Facts facts = healthy_facts();
    row.change(facts);
    return in_full(find(row.rule, facts));
}

CertificateFacts& certificates(Facts& facts) {
    return *facts.rdp_certificate.value;
}

Event& creation_failure(Facts& facts, const char* binary) {
    Event& event = add_event(facts, "TermService", 1057, 60);
    event.binary = binary;
    return event;
}

void hold_by_system(Facts& facts, std::uint32_t build) {
    facts.os.value->build = build;
    facts.rdp_port.value->sockets = {{"0.0.0.0", 3389, 4, "System", {}}};
}

} // namespace

TEST_CASE("evidence in words: rights", "[rule]") {
    const std::array rows{
        Words{
            "KEY.FOLDER",
            [](Facts& f) { f.machine_keys.value->directory_sddl = "O:SYD:P(A;;FA;;;SY)"; },
            "at_risk high direct KEY.FOLDER.hardened lacking=Everyone lacks 0x12019f (read, "
            "write), "
            "Administrators lack 0x1f01ff (full)\n"
            "/keys/dir_sddl: O:SYD:P(A;;FA;;;SY) = owner SYSTEM; inherits nothing; "
            "allow SYSTEM full | (A;;0x12019f;;;WD)(A;;FA;;;BA) = allow Everyone read, write; "
            "allow Administrators full"},
        Words{
            "STORE.ACL",
            [](Facts& f) {
                certificates(f).store_sddl.at(0) = "O:SYD:(D;;0x2;;;SY)(A;;KA;;;SY)";
                certificates(f).store_sddl.resize(1);
            },
            "at_risk high direct STORE.ACL.denied_served mask=0x2 (set values)\n"
            "/cert/store_sddl/0: O:SYD:(D;;0x2;;;SY)(A;;KA;;;SY) = owner SYSTEM; "
            "deny SYSTEM set values; allow SYSTEM full | "
            "no deny for S-1-5-18 (SYSTEM) on 0x6 (set values, create subkeys)"},
    };
    for (const Words& row : rows)
        CHECK(said_by(row) == row.said);
}

TEST_CASE("evidence in words: with which status a certificate could not be made", "[rule]") {
    const auto said = [](const Facts& facts) { return in_full(find("EVT.RDPCERT", facts)); };
    const auto expected = [](const Facts& facts, const char* status, const std::string& evidence) {
        const std::string last = to_iso8601(facts.events.value->events.at(0).time);
        return "at_risk medium circumstantial EVT.RDPCERT.creation_past count=1 id=1057 last=" +
               last + " status=" + status +
               "\n/evt/0: TermService 1057 | no such event\n/evt/0/utc: " + last + " | " + evidence;
    };
    Facts french = healthy_facts();
    creation_failure(french, "05000000").data = {{"0", "Acc\u00e8s refus\u00e9.\r\n"}};
    CHECK(
        said(french) == expected(
                            french,
                            "0x5 ERROR_ACCESS_DENIED",
                            "\n/evt/0/bin: 0x5 ERROR_ACCESS_DENIED (access was refused) | 0x0"
                        )
    );
    Facts number = healthy_facts();
    creation_failure(number, "").data = {{"0", "0x8009000f"}};
    CHECK(
        said(number) ==
        expected(
            number,
            "0x8009000f NTE_EXISTS",
            "\n/evt/0/data/0: 0x8009000f NTE_EXISTS (a key of that name is there already) | 0x0"
        )
    );
    Facts silent = healthy_facts();
    creation_failure(silent, "").data = {{"0", "Access is denied."}};
    CHECK(said(silent) == expected(silent, "?", ""));
}

TEST_CASE("evidence in words: process 4 is http.sys from build 9200 on", "[rule]") {
    Facts new_one = healthy_facts();
    hold_by_system(new_one, 9200);
    CHECK(
        in_full(find("PORT.OWNER", new_one)) ==
        "broken critical direct PORT.OWNER.foreign address=0.0.0.0 owner=http.sys (pid 4) "
        "port=3389\n"
        "/listener/sockets/0/a: 0.0.0.0 | \n"
        "/listener/sockets/0/pid: pid 4 System = http.sys; netsh http show servicestate names its "
        "program | pid 1044 (TermService)"
    );
    Facts old_one = healthy_facts();
    hold_by_system(old_one, 7601);
    CHECK(find("PORT.OWNER", old_one).summary.key == "PORT.OWNER.ok_system");
    forget_handshake(old_one);
    CHECK(
        in_full(find("PORT.OWNER", old_one)) ==
        "unknown critical direct PORT.OWNER.system\n"
        "/listener/sockets/0/a: 0.0.0.0 | \n"
        "/listener/sockets/0/pid: pid 4 System | pid 1044 (TermService)"
    );
    Facts nameless = healthy_facts();
    hold_by_system(nameless, 0);
    nameless.os.value.reset();
    CHECK(find("PORT.OWNER", nameless).summary.arguments.at("owner") == "System (pid 4)");
}

TEST_CASE("evidence in words: why RDP refuses to negotiate, and which alert it sends", "[rule]") {
    Facts facts = healthy_facts();
    fail_handshake(facts, "x224", "");
    guest(facts).failure_code = 5;
    CHECK(find("HANDSHAKE", facts).summary.arguments.at("code") == "5 HYBRID_REQUIRED_BY_SERVER");
    fail_handshake(facts, "tls", "alert");
    guest(facts).failure_code = {};
    guest(facts).alert = 40;
    CHECK(find("HANDSHAKE", facts).summary.arguments.at("alert") == "40 handshake_failure");
}
