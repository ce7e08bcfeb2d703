// STORE.ACL: whether SYSTEM may write into the store of RDP's own certificate.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/faults.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

void deny_inner_store(Facts& facts) {
    cert(facts).store_sddl[1] = "O:SYG:SYD:(D;;0x6;;;SY)(A;;KA;;;SY)";
}

} // namespace

TEST_CASE("STORE.ACL: an explicit deny blocks, an inherited one is reported", "[rule]") {
    check_cases(
        "STORE.ACL",
        {
            {"as shipped", [](Facts&) {}, Verdict::ok, "ok"},
            {"explicit deny, down",
             [](Facts& f) {
                 deny_inner_store(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"explicit deny, nobody tried",
             [](Facts& f) {
                 deny_inner_store(f);
                 forget_handshake(f);
             },
             Verdict::broken,
             "denied"},
            {"explicit deny of everything for Everyone, down",
             [](Facts& f) {
                 cert(f).store_sddl[0] = "O:SYG:SYD:(D;;GA;;;WD)(A;;KA;;;SY)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"explicit deny, the certificate that is there is served",
             deny_inner_store,
             Verdict::at_risk,
             "denied_served"},
            {"on purpose: a certificate of the company's is pinned and served",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 cert(f).store.clear();
                 deny_inner_store(f);
             },
             Verdict::at_risk,
             "denied_unneeded"},
            {"on purpose: a template of the policy chose what is served",
             [](Facts& f) {
                 cert(f).store.clear();
                 cert(f).self_signed.reset();
                 cert(f).wmi_hash_type = 2;
                 guest(f).peer_thumbprint = other_thumbprint;
                 deny_inner_store(f);
             },
             Verdict::at_risk,
             "denied_unneeded"},
            {"pinned beside a deny, and down",
             [](Facts& f) {
                 pin_ca_certificate(f);
                 deny_inner_store(f);
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"inherited deny",
             [](Facts& f) { cert(f).store_sddl[0] = "O:SYG:SYD:AI(D;CIID;0x4;;;SY)(A;;KA;;;SY)"; },
             Verdict::at_risk,
             "inherited"},
            {"a grant that stands before the deny decides",
             [](Facts& f) {
                 cert(f).store_sddl[0] = "O:SYG:SYD:(A;;KA;;;SY)(D;;0x6;;;SY)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::ok,
             "ok"},
            {"a grant of one right before a deny of both",
             [](Facts& f) {
                 cert(f).store_sddl[0] = "O:SYG:SYD:(A;;0x2;;;BA)(D;;0x6;;;SY)(A;;KA;;;SY)";
                 fail_handshake(f, "tls", "reset");
             },
             Verdict::broken,
             "denied"},
            {"a deny that only children inherit",
             [](Facts& f) { cert(f).store_sddl[0] = "O:SYG:SYD:(D;CIIO;0x6;;;SY)(A;;KA;;;SY)"; },
             Verdict::ok,
             "ok"},
            {"a deny of something else, or for somebody else",
             [](Facts& f) {
                 cert(f).store_sddl[0] = "O:SYG:SYD:(D;;0x1;;;SY)(D;;0x6;;;BU)(A;;KA;;;SY)";
             },
             Verdict::ok,
             "ok"},
            {"no store is healthy",
             [](Facts& f) {
                 cert(f).store_present = false;
                 cert(f).store_sddl.clear();
             },
             Verdict::ok,
             "no_store"},
            {"unread",
             [](Facts& f) { mark_unread(f, "/cert/store_sddl"); },
             Verdict::unknown,
             "rule.unread"},
            {"not SDDL",
             [](Facts& f) { cert(f).store_sddl[0] = "D:("; },
             Verdict::unknown,
             "unparsable"},
        }
    );
}
