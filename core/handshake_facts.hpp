// /hs of facts/1: handshakes with the RDP port, from inside the VM, through a tunnel, from outside.
#pragma once

#include "core/certificate_facts.hpp"
#include "core/dword.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// /hs/*/nla: what a server with NLA says of itself before a logon (MS-NLMP 2.2.2.1). It is a
// claim of the server that answers, not a proof.
struct NlaFacts {
    std::string computer;     // computer: NetBIOS name
    std::string domain;       // domain: NetBIOS name
    std::string dns_computer; // dns
    std::string dns_domain;   // dns_domain
    std::uint32_t build = 0;  // build
    std::int64_t utc = 0;     // utc: its clock; 0 when it told none
};

// /hs/*/chain/*: a certificate that was served above the leaf. Not verified.
struct ServedIssuer {
    std::string thumbprint; // thumb: SHA-1, lower-case hex
    std::string subject;    // subject: as OpenSSL writes names on one line, bounded
};

// One element of /hs: an X.224 + TLS handshake with the RDP port (MS-RDPBCGR 2.2.1.1, 5.4).
struct HandshakeFacts {
    std::string from;            // from: guest | outside | tunnel
    std::string address;         // addr
    std::string stage;           // stage reached: connect | x224 | tls | done
    Dword selected_protocol;     // x224/proto: 0 RDP, 1 SSL, 2 HYBRID, 8 HYBRID_EX
    Dword failure_code;          // x224/fail: RDP_NEG_FAILURE code 1-6
    std::string tls_version;     // tls: "1.2"
    std::string cipher_suite;    // suite
    std::string peer_thumbprint; // thumb: SHA-1, lower-case hex
    Dword alert;                 // alert: TLS alert number
    std::string failure;         // errno: refused | timeout | reset | closed | not_rdp | ""
    std::uint32_t took_ms = 0;   // ms

    // From outside only.
    std::string asked_for;                       // asked: the target's name in the inventory
    std::string first_bytes;                     // first: hex of the first bytes of what failed
    std::uint64_t bytes_sent = 0;                // sent
    std::uint64_t bytes_received = 0;            // rcvd
    std::string expected_thumbprint;             // want: of the inventory
    std::optional<bool> plain_rdp;               // plain: RDP's own security too; asked on failure
    bool without_tls13 = false;                  // no13: TLS 1.3 was not offered, after a failure
    std::string certificate_der;                 // cert_b64: the leaf that was served
    std::optional<Certificate> certificate;      // the same, parsed by probes/collect
    std::map<std::string, std::string> versions; // matrix: "1.2" -> ok | alert N | reset | ...
    std::optional<NlaFacts> nla;                 // nla
    // nla_errno: how the first leg of CredSSP failed: closed, reset, timeout, garbage, or refused:
    // the server answered with an error of CredSSP
    std::string nla_failure;
    std::vector<ServedIssuer> chain; // chain: above the leaf, at most 8
    // steps: "connect", "x224", "tls", "nla" -> milliseconds that each took, as far as it got
    std::map<std::string, std::uint32_t> steps_ms;

    [[nodiscard]] bool completed() const noexcept { return stage == "done"; }
};

} // namespace rdpsweep
