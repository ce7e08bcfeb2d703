// Fixes key-acl, key-folder, unpin and renew: what each changes, and what it refuses.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/fix/fix_table.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

const std::string keys_folder = R"(%ProgramData%\Microsoft\Crypto\RSA\MachineKeys)";

MachineKeysFacts& keys(Facts& facts) {
    return *facts.machine_keys.value;
}

CertificateFacts& cert(Facts& facts) {
    return *facts.rdp_certificate.value;
}

} // namespace

TEST_CASE("key-acl fix: the entries that Windows ships, by build", "[fix]") {
    const std::string path = keys_folder + "\\" + std::string(rdp_key_name);
    const std::string session_env =
        "S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833";
    const std::string bare = "sddl:O:SYG:SYD:PAI";
    check_fix(
        "key-acl",
        "KEY.ACL.missing",
        [](Facts& f) {
            rdp_key(f).sddl = "O:SYG:SYD:PAI";
            f.collector.value->as_sid = "S-1-5-18";
        },
        {{"2019, by an administrator",
          [](Facts& f) { f.collector.value->as_sid = "S-1-5-21-1-2-3-500"; },
          "task|rdpsweep-key-acl|" + path + "|absent|absent\nrights|" + path + "||" + bare + "|" +
              bare + "(A;;0x1f01ff;;;S-1-5-18)(A;;0x120089;;;S-1-5-20)(A;;0x1f01ff;;;" +
              session_env + ")\n"},
         {"2019",
          [](Facts&) {},
          "rights|" + path + "||" + bare + "|" + bare +
              "(A;;0x1f01ff;;;S-1-5-18)(A;;0x120089;;;S-1-5-20)(A;;0x1f01ff;;;" + session_env +
              ")\n"},
         {"before",
          [](Facts& f) { f.os.value->build = 17762; },
          "rights|" + path + "||" + bare + "|" + bare +
              "(A;;0x1f01ff;;;S-1-5-18)(A;;0x120089;;;S-1-5-20)(A;;0x120089;;;S-1-5-32-544)\n"},
         {"in CNG's folder",
          [](Facts& f) {
              keys(f).cng_files = {rdp_key(f)};
              keys(f).files.clear();
          },
          "rights|"
          R"(%ProgramData%\Microsoft\Crypto\Keys\)" +
              std::string(rdp_key_name) + "||" + bare + "|" + bare +
              "(A;;0x1f01ff;;;S-1-5-18)(A;;0x120089;;;S-1-5-20)(A;;0x1f01ff;;;" + session_env +
              ")\n"},
         {"nothing lacks",
          [](Facts& f) { rdp_key(f).sddl = std::string(key_sddl); },
          "fix.refused.other_case"},
         {"rights that cannot be taken apart",
          [](Facts& f) { rdp_key(f).sddl = "O:SY"; },
          "fix.refused.rights_unclear path=" + path},
         {"rights not read",
          [](Facts& f) { rdp_key(f).sddl.reset(); },
          "fix.refused.unread fact=/keys/files"},
         {"no such file",
          [](Facts& f) { keys(f).files.clear(); },
          "fix.refused.unread fact=/keys/files"},
         {"no name to look for",
          [](Facts& f) {
              keys(f).expected.clear();
              own_certificate(f).key_file.clear();
              f.os.value->machine_guid.clear();
          },
          "fix.refused.unread fact=/keys/files"},
         {"no keys",
          [](Facts& f) { f.machine_keys.value.reset(); },
          "fix.refused.unread fact=/keys"},
         {"no build", [](Facts& f) { f.os.value->build = 0; }, "fix.refused.unread fact=/keys"}}
    );
}

TEST_CASE("key-folder fix: the folder for itself alone", "[fix]") {
    check_fix(
        "key-folder",
        "KEY.FOLDER.missing",
        [](Facts& f) { f.collector.value->as_sid = "S-1-5-18"; },
        {{"as shipped", [](Facts&) {}, "fix.refused.other_case"},
         {"nobody may enter",
          [](Facts& f) { keys(f).directory_sddl = "O:SYG:SYD:PAI"; },
          "folder|" + keys_folder +
              "||sddl:O:SYG:SYD:PAI|sddl:O:SYG:SYD:PAI"
              "(A;;0x12019f;;;S-1-1-0)(A;;0x1f01ff;;;S-1-5-32-544)\n"},
         {"not read",
          [](Facts& f) { keys(f).directory_sddl.reset(); },
          "fix.refused.unread fact=/keys/dir_sddl"},
         {"no keys",
          [](Facts& f) { f.machine_keys.value.reset(); },
          "fix.refused.unread fact=/keys/dir_sddl"}}
    );
}

TEST_CASE("unpin fix: only a thumbprint of nothing, and one that can be put back", "[fix]") {
    const std::string gone =
        R"(value|SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp|)"
        "SSLCertificateSHA1Hash|binary:" +
        std::string(other_thumbprint) + "|absent\n";
    const Break pinned = [](Facts& f) {
        cert(f).pin = std::string(other_thumbprint);
        cert(f).pin_raw_length = 20;
    };
    check_fix(
        "unpin",
        "CERT.PIN.dangling",
        pinned,
        {{"dangling", [](Facts&) {}, gone},
         {"set by hand in WMI", [](Facts& f) { cert(f).wmi_hash_type = 3; }, gone},
         {"set by policy", [](Facts& f) { cert(f).wmi_hash_type = 2; }, "fix.refused.policy_value"},
         {"more bytes than were read",
          [](Facts& f) { cert(f).pin_raw_length = 21; },
          "fix.refused.unread fact=/cert/pin"},
         {"an unknown length",
          [](Facts& f) { cert(f).pin_raw_length.reset(); },
          "fix.refused.unread fact=/cert/pin"},
         {"no pin", [](Facts& f) { cert(f).pin.reset(); }, "fix.refused.unread fact=/cert/pin"},
         {"no certificates",
          [](Facts& f) { f.rdp_certificate.value.reset(); },
          "fix.refused.unread fact=/cert/pin"}}
    );
    check_fix(
        "unpin",
        "CERT.PIN.not_server",
        pinned,
        {{"a certificate that exists", [](Facts&) {}, "fix.refused.other_case"}}
    );
}

TEST_CASE("renew fix: Windows' own certificate with its key, and nothing else", "[fix]") {
    const std::string own(own_thumbprint), name(rdp_key_name);
    const auto renewed = [&](const std::string& self, const std::string& size) {
        return "certificate|" + ascii_upper(own) + "|" + name + "|certificate:" + self + ":" +
               size + ":" + hex_encode("blob") + "|renewed\n";
    };
    const Break base = [](Facts& f) {
        own_certificate(f).blob = "blob";
        rdp_key(f).size = 2303;
        service(f, "SessionEnv").state = ServiceState::running;
    };
    const auto unread = [](const std::string& fact) { return "fix.refused.unread fact=" + fact; };
    check_fix(
        "renew",
        "CERT.SELF.VALID.expired",
        base,
        {{"expired", [](Facts&) {}, renewed(own, "2303")},
         {"SessionEnv does not look by itself, and does when it is started",
          [](Facts& f) { f.rdp_certificate.value->refresh = 0; },
          renewed(own, "2303")},
         {"the new one would go into another store",
          [](Facts& f) { f.rdp_certificate.value->own_store = "My"; },
          "fix.refused.renewal_setting expected=Remote Desktop setting=SelfSignedCertStore = My"},
         {"SessionEnv is stopped",
          [](Facts& f) { service(f, "SessionEnv").state = ServiceState::stopped; },
          renewed(own, "2303") + "run|SessionEnv||stopped|running\n"},
         {"no key file", [](Facts& f) { keys(f).files.clear(); }, renewed(own, "none")},
         {"whether there is a key file is not known",
          [](Facts& f) {
              keys(f).files.clear();
              keys(f).directory_listed = false;
          },
          unread("/keys/files")},
         {"the key's name is not known",
          [](Facts& f) {
              own_certificate(f).key_file.clear();
              keys(f).expected.clear();
              f.os.value->machine_guid.clear();
          },
          unread("/keys/files")},
         {"the certificate cannot be put back",
          [](Facts& f) { own_certificate(f).blob.clear(); },
          unread("/cert/store")},
         {"by a policy's template",
          [](Facts& f) { cert(f).template_name = "RDP"; },
          "fix.refused.policy_value"},
         {"by policy", [](Facts& f) { cert(f).wmi_hash_type = 2; }, "fix.refused.policy_value"},
         {"another one is pinned",
          [](Facts& f) { cert(f).pin = std::string(other_thumbprint); },
          "fix.refused.other_case"},
         {"its name is no thumbprint",
          [](Facts& f) {
              own_certificate(f).key_name.back() = 'g';
              cert(f).self_signed.reset();
          },
          "fix.refused.other_case"},
         {"the pin is not read",
          [](Facts& f) { mark_unread(f, "/cert/pin"); },
          unread("/cert/pin")},
         {"its own is not read",
          [](Facts& f) { mark_unread(f, "/cert/self"); },
          unread("/cert/self")},
         {"the template is not read",
          [](Facts& f) { mark_unread(f, "/cert/template"); },
          unread("/cert/template")},
         {"no certificates", [](Facts& f) { f.rdp_certificate.value.reset(); }, unread("/cert")},
         {"no keys", [](Facts& f) { f.machine_keys.value.reset(); }, unread("/keys")}}
    );
    for (const auto* key :
         {"CERT.CORRUPT.unparsable",
          "CERT.CORRUPT.mismatch",
          "CERT.CORRUPT.no_key",
          "KEY.PRESENT.orphan",
          "KEY.PRESENT.missing"})
        check_fix("renew", key, base, {{key, [](Facts&) {}, renewed(own, "2303")}});
    check_fix(
        "renew",
        "CERT.SELF.VALID.weak",
        base,
        {{"its key is empty", [](Facts& f) { rdp_key(f).size = 0; }, renewed(own, "0")},
         {"its key is not", [](Facts& f) { rdp_key(f).size = 1; }, "fix.refused.other_case"}}
    );
    for (const auto* key : {"CERT.CORRUPT.several", "CERT.SELF.VALID.weak"})
        check_fix("renew", key, base, {{key, [](Facts&) {}, "fix.refused.other_case"}});
}
