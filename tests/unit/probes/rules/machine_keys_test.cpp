#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

MachineKeysFacts& keys(Facts& facts) {
    return *facts.machine_keys.value;
}

void remove_key(Facts& facts) {
    keys(facts).files.erase(keys(facts).files.begin());
}

// MD5 of "tsseckeyset2" and its zero, in little-endian dwords.
const std::string second_key =
    "d86b1e848570377d7cb27ddc5de661b0_0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f";

// Our handshake is dropped, and Schannel says why.
void key_refused(Facts& facts, const char* code) {
    fail_handshake(facts, "tls", "reset");
    add_event(facts, "Schannel", 36870, 1).data = {{"Type", "server"}, {"ErrorCode", code}};
}

void close_descriptor(Facts& facts) {
    rdp_key(facts).sddl.reset();
    mark_unread(facts, "/keys/files/0/sddl");
}

} // namespace

TEST_CASE("KEY.PRESENT: an orphan is broken, nothing at all is not", "[rule]") {
    check_cases(
        "KEY.PRESENT",
        {
            {"there", [](Facts&) {}, Verdict::ok, "ok"},
            {"gone, but a template of the policy chose what is served",
             [](Facts& f) {
                 keys(f).files.erase(keys(f).files.begin());
                 f.rdp_certificate.value->wmi_hash_type = 2;
                 guest(f).peer_thumbprint = other_thumbprint;
             },
             Verdict::at_risk,
             "orphan_unused"},
            {"gone, and only a proxy outside serves another",
             [](Facts& f) {
                 keys(f).files.erase(keys(f).files.begin());
                 guest(f).from = "outside";
                 guest(f).peer_thumbprint = other_thumbprint;
             },
             Verdict::broken,
             "orphan"},
            {"another machine's file does not count",
             [](Facts& f) {
                 rdp_key(f).name =
                     "f686aace6942fb7f7ceb231212eef4a4_11111111-2222-3333-4444-555555555555";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "orphan"},
            {"orphan",
             [](Facts& f) {
                 remove_key(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "orphan"},
            {"gone while TermService still holds it", remove_key, Verdict::at_risk, "in_use"},
            {"no certificate either",
             [](Facts& f) {
                 remove_key(f);
                 f.rdp_certificate.value->store.clear();
             },
             Verdict::at_risk,
             "recreated"},
            {"a pinned certificate is served",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 remove_key(f);
             },
             Verdict::at_risk,
             "orphan_unused"},
            {"no certificate either, five days after TermService came up",
             [](Facts& f) {
                 remove_key(f);
                 f.rdp_certificate.value->store.clear();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::at_risk,
             "none_made"},
            {"an empty file",
             [](Facts& f) {
                 rdp_key(f).size = 0;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "damaged"},
            {"a file shorter than the key's modulus",
             [](Facts& f) {
                 rdp_key(f).size = 255;
                 forget_handshake(f);
             },
             Verdict::broken,
             "damaged"},
            {"an empty file while TermService still holds the key",
             [](Facts& f) { rdp_key(f).size = 0; },
             Verdict::at_risk,
             "damaged_not_in_force"},
            {"a size that was not read is none",
             [](Facts& f) {
                 rdp_key(f).size.reset();
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "ok"},
            {"a key that cannot be decrypted, its rights unread",
             [](Facts& f) {
                 close_descriptor(f);
                 key_refused(f, "0x8009000B");
             },
             Verdict::broken,
             "unusable"},
            {"a key that is readable and refused",
             [](Facts& f) { key_refused(f, "0x80090016"); },
             Verdict::broken,
             "unusable"},
            {"refused with rights unread: the rights may be why",
             [](Facts& f) {
                 close_descriptor(f);
                 key_refused(f, "0x8009030d");
             },
             Verdict::ok,
             "ok"},
            {"refused for want of rights",
             [](Facts& f) {
                 rdp_key(f).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
                 key_refused(f, "0x8009030d");
             },
             Verdict::ok,
             "ok"},
            {"another program's key, RDP answers",
             [](Facts& f) {
                 add_event(f, "Schannel", 36870, 1).data = {{"ErrorCode", "0x8009000b"}};
             },
             Verdict::ok,
             "ok"},
            {"refused where a pinned certificate is to be used",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 key_refused(f, "0x8009000b");
             },
             Verdict::ok,
             "ok"},
            {"the second container, named by the certificate",
             [](Facts& f) {
                 rdp_key(f).name = second_key;
                 own_certificate(f).key_file = second_key;
             },
             Verdict::ok,
             "ok"},
            {"the second container, where the certificate does not tell",
             [](Facts& f) {
                 rdp_key(f).name = second_key;
                 own_certificate(f).key_file.clear();
             },
             Verdict::ok,
             "ok"},
            {"the second container's file is gone",
             [](Facts& f) {
                 own_certificate(f).key_file = second_key;
                 keys(f).other_count = 7;
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "orphan"},
            {"folder not listed",
             [](Facts& f) {
                 keys(f).files.clear();
                 keys(f).directory_listed = false;
             },
             Verdict::unknown,
             "unlisted"},
            {"CNG key",
             [](Facts& f) {
                 remove_key(f);
                 own_certificate(f).provider->type = 0;
             },
             Verdict::unknown,
             "provider_unknown"},
            {"provider unread",
             [](Facts& f) {
                 remove_key(f);
                 own_certificate(f).provider.reset();
             },
             Verdict::unknown,
             "provider_unknown"},
            {"another container beyond the cap",
             [](Facts& f) {
                 remove_key(f);
                 own_certificate(f).key_file = "00112233445566778899aabbccddeeff_guid";
                 keys(f).other_count = 7;
             },
             Verdict::unknown,
             "unlisted"},
            {"no machine GUID",
             [](Facts& f) {
                 keys(f).expected.clear();
                 f.os.value->machine_guid.clear();
                 own_certificate(f).key_file.clear();
             },
             Verdict::unknown,
             "name_unknown"},
            {"unread",
             [](Facts& f) { f.machine_keys.value.reset(); },
             Verdict::unknown,
             "rule.unread"},
        }
    );
}

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
            {"what the article's commands leave of a file without SessionEnv's entry",
             [](Facts& f) {
                 rdp_key(f).sddl = "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;BA)";
             },
             Verdict::ok,
             "as_the_article"},
            {"the same in another order, inherited, and in generic rights",
             [](Facts& f) {
                 rdp_key(f).sddl = "O:SYG:SYD:AI(A;ID;GA;;;BA)(A;ID;GR;;;NS)(A;ID;GA;;;SY)";
             },
             Verdict::ok,
             "as_the_article"},
            {"the same, but one entry is for children alone",
             [](Facts& f) {
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

TEST_CASE("KEY.ACL: the shipped set differs by build", "[rule]") {
    CHECK(find("KEY.ACL", healthy_facts(14393)).verdict == Verdict::ok);
    Facts facts = healthy_facts(14393);
    rdp_key(facts).sddl = std::string(key_sddl);
    CHECK(find("KEY.ACL", facts).summary.key == "KEY.ACL.incomplete");
    facts = healthy_facts();
    close_descriptor(facts);
    CHECK(find("KEY.ACL", facts).confidence == Confidence::functional);
}

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
