// What VMs show of their trouble: handshakes from outside, an old script, records about the key.
#pragma once

#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

namespace rdpsweep::test {

inline HandshakeFacts from_outside(const char* stage) {
    HandshakeFacts handshake;
    handshake.from = "outside";
    handshake.address = "203.0.113.7";
    handshake.stage = stage;
    handshake.selected_protocol = 2;
    handshake.tls_version = "1.3";
    handshake.peer_thumbprint = own_thumbprint;
    return handshake;
}

// The script's own handshake is dropped by a listener that is hardened to TLS 1.2.
inline void old_script(Facts& facts) {
    facts.collector.value->powershell = "2.0";
    set_protocol(facts, "TLS 1.0", 0, 1);
    set_protocol(facts, "TLS 1.1", 0, 1);
    set_protocol(facts, "TLS 1.2", 1, 0);
    fail_handshake(facts, "tls", "reset");
}

inline void rdp_key_audit(Facts& facts, std::uint32_t id, std::int64_t ago, const char* code) {
    add_event(facts, "Security", id, ago).data = {
        {"KeyName", "TSSecKeySet1"}, {"SubjectUserSid", "S-1-5-20"}, {"ReturnCode", code}};
}

} // namespace rdpsweep::test
