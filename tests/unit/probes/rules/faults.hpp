// Faults that several tests put into sound facts, and the parts of facts that they touch.
#pragma once

#include "probes/fingerprint.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

namespace rdpsweep::test {

inline Judgement judged(const Facts& facts) {
    return judge(facts, Policy{}, fixed_now);
}

inline void take_port(Facts& facts) {
    facts.rdp_port.value->sockets = {{"0.0.0.0", 3389, 4120, "tomcat9.exe", {"Tomcat9"}}};
    fail_handshake(facts, "x224", "not_rdp");
}

inline void deny(Facts& facts) {
    facts.rdp_port.value->deny_local = 1;
    fail_handshake(facts, "connect", "refused");
}

inline void stop_service(Facts& facts) {
    service(facts, "TermService").state = ServiceState::stopped;
}

inline void no_tls(Facts& facts) {
    for (const char* name : {"TLS 1.0", "TLS 1.1", "TLS 1.2"})
        set_protocol(facts, name, 0, Dword{});
    fail_handshake(facts, "tls", "reset");
}

inline void close_key(Facts& facts) {
    rdp_key(facts).sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)";
    fail_handshake(facts, "tls", "reset");
}

inline void deny_store(Facts& facts) {
    facts.rdp_certificate.value->store_sddl[0] = "O:SYG:SYD:(D;;0x6;;;SY)(A;;KA;;;SY)";
    fail_handshake(facts, "tls", "reset");
}

inline void expire(Facts& facts) {
    own_certificate(facts).parsed->not_after = fixed_now - a_day;
}

inline MachineKeysFacts& keys(Facts& facts) {
    return *facts.machine_keys.value;
}

inline void remove_key(Facts& facts) {
    keys(facts).files.erase(keys(facts).files.begin());
}

// MD5 of "tsseckeyset2" and its zero, in little-endian dwords.
inline const std::string second_key =
    "d86b1e848570377d7cb27ddc5de661b0_0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f";

inline void close_descriptor(Facts& facts) {
    rdp_key(facts).sddl.reset();
    mark_unread(facts, "/keys/files/0/sddl");
}

inline CertificateFacts& cert(Facts& facts) {
    return *facts.rdp_certificate.value;
}

// Windows made no certificate; TermService came up five days ago.
inline void empty_store(Facts& facts) {
    cert(facts).store.clear();
    cert(facts).self_signed.reset();
}

inline void harden_folder(Facts& facts) {
    facts.machine_keys.value->directory_sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
}

} // namespace rdpsweep::test
