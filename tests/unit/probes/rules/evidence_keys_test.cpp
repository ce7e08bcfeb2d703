// What findings about certificates, keys and protocols say in full.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

using Break = void (*)(Facts&);

std::string said(const char* rule, Break change) {
    auto facts = healthy_facts();
    change(facts);
    return in_full(find(rule, facts));
}

const std::string own(own_thumbprint), other(other_thumbprint), key_file(rdp_key_name);

} // namespace

TEST_CASE("evidence: the certificate that is served, and the one that is pinned", "[rule]") {
    CHECK(
        said("CERT.BINDING", [](Facts& f) { guest(f).peer_thumbprint = other_thumbprint; }) ==
        "at_risk medium functional CERT.BINDING.other expected=" + own + " served=" + other +
            "\n/hs/0/thumb: " + other + " | " + own
    );
    CHECK(said("CERT.BINDING", [](Facts& f) {
              forget_handshake(f);
          }) == "unknown medium direct CERT.BINDING.no_handshake\n/hs: none completed | one");
    CHECK(
        said(
            "CERT.PIN",
            [](Facts& f) {
                f.rdp_certificate.value->pin = std::string(other_thumbprint);
                f.rdp_certificate.value->pin_raw_length = 20;
                fail_handshake(f, "tls", "reset");
            }
        ) == "broken critical direct CERT.PIN.dangling bytes=20 pin=" + other +
                 "\n/cert/pin: " + other + " | a certificate that exists"
    );
    CHECK(
        said(
            "CERT.PIN",
            [](Facts& f) {
                f.rdp_certificate.value->pin_raw_length = 22;
                fail_handshake(f, "tls", "reset");
            }
        ) == "broken critical direct CERT.PIN.malformed bytes=22 pin=\n"
             "/cert/pin: unusable | a certificate that exists\n"
             "/cert/pin_raw_len: 22 | 20"
    );
}

TEST_CASE("evidence: of two key files, RDP's", "[rule]") {
    CHECK(
        said(
            "KEY.ACL",
            [](Facts& f) {
                auto& files = f.machine_keys.value->files;
                std::swap(files[0], files[1]);
                files[1].sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
                fail_handshake(f, "tls", "reset");
            }
        ) == "broken critical direct KEY.ACL.denied file=" + key_file +
                 " mask=0x120089 (read)\n"
                 "/keys/files/1/sddl: O:SYG:SYD:PAI(A;;FA;;;SY) = owner SYSTEM; inherits nothing; "
                 "allow SYSTEM full | S-1-5-20 (NETWORK SERVICE) may 0x120089 (read)"
    );
    CHECK(
        said(
            "KEY.ACL",
            [](Facts& f) {
                auto& keys = *f.machine_keys.value;
                keys.cng_files = {keys.files[1], keys.files[0]};
                keys.files.clear();
            }
        ) == "ok low direct KEY.ACL.ok\n"
             "/keys/cng_files/1/sddl: S-1-5-20 (NETWORK SERVICE) may 0x120089 (read) | the same"
    );
}

TEST_CASE("evidence: protocols that are forced on, and old ones", "[rule]") {
    CHECK(
        said("TLS.13FORCED", [](Facts& f) { set_protocol(f, "TLS 1.3", 1, 0); }) ==
        "at_risk high direct TLS.13FORCED.forced build=17763\n"
        "/tls/proto/TLS 1.3/server/e: 1 | absent\n"
        "/os/build: 17763 | 20348 or later"
    );
    CHECK(
        said(
            "TLS.LEGACY",
            [](Facts& f) {
                set_protocol(f, "SSL 3.0", 1, 0);
                set_protocol(f, "TLS 1.0", 1, 1);
                set_protocol(f, "TLS 1.1", 0xffffffff, {});
            }
        ) == "at_risk low direct TLS.LEGACY.enabled protocols=SSL 3.0, TLS 1.1\n"
             "/tls/proto/SSL 3.0/server/e: 1 | absent or 0\n"
             "/tls/proto/TLS 1.1/server/e: 4294967295 | absent or 0"
    );
}
