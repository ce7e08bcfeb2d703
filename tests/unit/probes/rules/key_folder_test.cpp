// KEY.FOLDER and KEY.OVERGRANT: the folder of the keys, and the keys that are not RDP's.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("KEY.FOLDER: hardened is a risk, with failed creation broken", "[rule]") {
    check_cases(
        "KEY.FOLDER",
        {
            {"as shipped", [](Facts&) {}, Verdict::ok, "ok"},
            {"hardened, handshake fine",
             [](Facts& f) { keys(f).directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)"; },
             Verdict::at_risk,
             "hardened"},
            {"as KB 278381 lists it, without SYNCHRONIZE",
             [](Facts& f) { keys(f).directory_sddl = "O:BAG:SYD:P(A;;FA;;;BA)(A;;0x2019f;;;WD)"; },
             Verdict::ok,
             "ok"},
            {"as its first edition did, for files as well, and in generic rights",
             [](Facts& f) {
                 keys(f).directory_sddl =
                     "O:SYG:SYD:AI(A;OICI;GRGW;;;WD)(A;;GA;;;BA)(A;OICI;GA;;;SY)";
             },
             Verdict::ok,
             "ok"},
            {"after the article's commands",
             [](Facts& f) {
                 keys(f).directory_sddl =
                     "O:BAG:SYD:PAI(A;;FR;;;NS)(A;;FA;;;SY)(A;;0x12019f;;;WD)(A;;FA;;;BA)";
             },
             Verdict::ok,
             "ok"},
            {"Everyone may not make files",
             [](Facts& f) {
                 keys(f).directory_sddl = "O:SYG:SYD:PAI(A;;0x2019d;;;WD)(A;;FA;;;BA)";
             },
             Verdict::at_risk,
             "hardened"},
            {"Everyone's entry only for children",
             [](Facts& f) {
                 keys(f).directory_sddl = "O:SYG:SYD:PAI(A;OICIIO;0x12019f;;;WD)(A;;FA;;;BA)";
             },
             Verdict::at_risk,
             "hardened"},
            {"hardened and creation failed",
             [](Facts& f) {
                 keys(f).directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
                 add_event(f, "TermService", 1058, 600);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "renewal_fails"},
            {"hardened and no certificate appears",
             [](Facts& f) {
                 keys(f).directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
                 f.rdp_certificate.value->store.clear();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "no_certificate"},
            {"hardened, creation failed and was cured",
             [](Facts& f) {
                 keys(f).directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
                 add_event(f, "TermService", 1058, 600);
                 add_event(f, "TermService", 1056, 300);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "hardened"},
            {"hardened, no certificate of its own where a template chose one",
             [](Facts& f) {
                 keys(f).directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
                 f.rdp_certificate.value->store.clear();
                 f.rdp_certificate.value->wmi_hash_type = 2;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "hardened"},
            {"hardened, no certificate where RDP is denied",
             [](Facts& f) {
                 keys(f).directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
                 f.rdp_certificate.value->store.clear();
                 f.rdp_port.value->deny_local = 1;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "hardened"},
            {"hardened, services just started",
             [](Facts& f) {
                 keys(f).directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
                 f.rdp_certificate.value->store.clear();
                 service(f, "TermService").proc_start = fixed_now - 5;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "hardened"},
            {"not SDDL",
             [](Facts& f) { keys(f).directory_sddl = "nonsense"; },
             Verdict::unknown,
             "unparsable"},
            {"unread",
             [](Facts& f) {
                 keys(f).directory_sddl.reset();
                 mark_unread(f, "/keys/dir_sddl");
             },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

TEST_CASE("KEY.OVERGRANT: the article's residue, as hygiene", "[rule]") {
    check_cases(
        "KEY.OVERGRANT",
        {
            {"clean", [](Facts&) {}, Verdict::ok, "ok"},
            {"NETWORK SERVICE on a web server's key",
             [](Facts& f) {
                 keys(f).files[1].sddl = "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;BA)";
             },
             Verdict::at_risk,
             "granted"},
            {"leftovers of a cloned image are RDP's own",
             [](Facts& f) {
                 keys(f).files[1].name =
                     "f686aace6942fb7f7ceb231212eef4a4_11111111-2222-3333-4444-555555555555";
                 keys(f).files[1].sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)";
             },
             Verdict::ok,
             "ok"},
            {"so are those of RDP's other containers",
             [](Facts& f) {
                 keys(f).files[1].name = second_key;
                 keys(f).files[1].sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)";
             },
             Verdict::ok,
             "ok"},
            {"a pinned certificate's key must be readable",
             [](Facts& f) { pin_ca_certificate(f); },
             Verdict::ok,
             "ok"},
            {"IIS grants service accounts by design",
             [](Facts& f) {
                 keys(f).files[1].name = "76944fb33636aeddb9590521c2e8815a_guid";
                 keys(f).files[1].sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)";
             },
             Verdict::ok,
             "ok"},
            {"everything owned by Administrators",
             [](Facts& f) {
                 keys(f).files[1].sddl = "O:BAG:SYD:PAI(A;;FA;;;SY)";
                 keys(f).files.push_back(keys(f).files[1]);
                 keys(f).files.push_back(keys(f).files[1]);
             },
             Verdict::at_risk,
             "owned"},
            {"closed",
             [](Facts& f) { keys(f).files[1].sddl.reset(); },
             Verdict::unknown,
             "none_readable"},
            {"unread", [](Facts& f) { mark_unread(f, "/keys"); }, Verdict::unknown, "rule.unread"},
        }
    );
    Facts facts = healthy_facts();
    keys(facts).files[1].sddl = "O:BAG:SYD:PAI(A;;FR;;;NS)";
    CHECK(find("KEY.OVERGRANT", facts).severity == Severity::low);
}
