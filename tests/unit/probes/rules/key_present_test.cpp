// KEY.PRESENT: the key file that RDP's certificate needs is there, or is not.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

// Our handshake is dropped, and Schannel says why.
void key_refused(Facts& facts, const char* code) {
    fail_handshake(facts, "tls", "reset");
    add_event(facts, "Schannel", 36870, 1).data = {{"Type", "server"}, {"ErrorCode", code}};
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
            {"another program's key, while RDP drops the connection",
             [](Facts& f) {
                 fail_handshake(f, "tls", "reset");
                 add_event(f, "Schannel", 36870, 1).data = {
                     {"ErrorCode", "0x80090016"}, {"CallerProcessImageName", "w3wp.exe"}};
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
