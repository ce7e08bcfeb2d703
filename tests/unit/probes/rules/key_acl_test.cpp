// KEY.ACL: who may read the key file, by its descriptor.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("KEY.ACL: effective access of NETWORK SERVICE", "[rule]") {
    check_cases(
        "KEY.ACL",
        {
            {"as shipped", [](Facts&) {}, Verdict::ok, "ok"},
            {"rights in two entries add up",
             [](Facts& f) {
                 rdp_key(f).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;0x20089;;;NS)(A;;0x100000;;;NS)"
                                   "(A;;FA;;;S-1-5-80-4022436659-1090538466-1613889075-870485073-"
                                   "3428993833)";
             },
             Verdict::ok,
             "ok"},
            {"no entry",
             [](Facts& f) {
                 rdp_key(f).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"a denial before the grant",
             [](Facts& f) {
                 rdp_key(f).sddl = "O:SYG:SYD:PAI(D;;0x1;;;NS)" + std::string(key_sddl).substr(13);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"denied, while the running TermService holds the key",
             [](Facts& f) { rdp_key(f).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)"; },
             Verdict::at_risk,
             "denied_in_use"},
            {"denied, while a pinned certificate is served",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 rdp_key(f).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
             },
             Verdict::at_risk,
             "denied_unused"},
            {"the third entry of an older release",
             [](Facts& f) {
                 rdp_key(f).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FR;;;BA)";
             },
             Verdict::at_risk,
             "incomplete"},
            {"owner after takeown",
             [](Facts& f) { rdp_key(f).sddl = "O:BA" + std::string(key_sddl).substr(4); },
             Verdict::ok,
             "ok"},
            {"owner is a service that listens to the network",
             [](Facts& f) { rdp_key(f).sddl = "O:NS" + std::string(key_sddl).substr(4); },
             Verdict::at_risk,
             "owner"},
            {"what the article's commands leave on Server 2019: SessionEnv has no entry",
             [](Facts& f) {
                 rdp_key(f).sddl = "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;BA)";
             },
             Verdict::at_risk,
             "incomplete"},
            {"what they leave before it",
             [](Facts& f) {
                 f.os.value->build = 14393;
                 rdp_key(f).sddl = "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;BA)";
             },
             Verdict::ok,
             "ok"},
            {"the same in another order, inherited, and in generic rights",
             [](Facts& f) {
                 f.os.value->build = 14393;
                 rdp_key(f).sddl = "O:SYG:SYD:AI(A;ID;GA;;;BA)(A;ID;GR;;;NS)(A;ID;GA;;;SY)";
             },
             Verdict::ok,
             "ok"},
            {"the same, but one entry is for children alone",
             [](Facts& f) {
                 f.os.value->build = 14393;
                 rdp_key(f).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;OIIO;FA;;;BA)(A;;FR;;;NS)";
             },
             Verdict::at_risk,
             "incomplete"},
            {"closed to administrators, key proven in use",
             close_descriptor,
             Verdict::ok,
             "ok_tried"},
            {"closed, another certificate served",
             [](Facts& f) {
                 close_descriptor(f);
                 guest(f).peer_thumbprint = other_thumbprint;
             },
             Verdict::unknown,
             "need_system"},
            {"closed, handshake fails",
             [](Facts& f) {
                 close_descriptor(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::unknown,
             "need_system"},
            {"not SDDL",
             [](Facts& f) { rdp_key(f).sddl = "D:(A;;"; },
             Verdict::unknown,
             "unparsable"},
            {"no file", remove_key, Verdict::not_applicable, "no_file"},
            {"unread",
             [](Facts& f) { f.machine_keys.value.reset(); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("KEY.ACL: says who read the rights, and why they were not", "[rule]") {
    Facts facts = healthy_facts(14393);
    const auto seen = [&] { return find("KEY.ACL", facts).evidence.at(0).observed; };
    const std::string sound = seen();
    CHECK(sound == "S-1-5-20 (NETWORK SERVICE) may 0x120089 (read)");
    rdp_key(facts).by_wmi = true;
    CHECK(seen() == sound + " (read through WMI)");
    rdp_key(facts).sddl = "O:SYD:P(A;;FA;;;SY)";
    const std::string closed =
        "O:SYD:P(A;;FA;;;SY) = owner SYSTEM; inherits nothing; allow SYSTEM full";
    CHECK(seen() == closed + " (read through WMI)");
    rdp_key(facts).by_wmi = false;
    CHECK(seen() == closed);
    close_descriptor(facts);
    fail_handshake(facts, "tls", "reset");
    facts.unread.back().why = "denied";
    facts.unread.back().code = "0x80070005, WMI 2";
    CHECK(find("KEY.ACL", facts).summary.arguments.at("why") == "denied 0x80070005, WMI 2");
}

TEST_CASE("KEY.ACL: the shipped set differs by build", "[rule]") {
    CHECK(find("KEY.ACL", healthy_facts(14393)).verdict == Verdict::ok);
    Facts facts = healthy_facts(14393);
    rdp_key(facts).sddl = std::string(key_sddl);
    CHECK(find("KEY.ACL", facts).summary.key == "KEY.ACL.incomplete");
    facts = healthy_facts();
    close_descriptor(facts);
    CHECK(find("KEY.ACL", facts).confidence == Confidence::functional);
}
