// VMs whose Schannel has no version, no key exchange, or no use for TLS at all.
#pragma once

#include "probes/reading/effective.hpp"
#include "probes/tls_protocols/suite.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

namespace rdpsweep::test {

inline void all_off(Facts& facts) {
    for (const char* name : {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"})
        set_protocol(facts, name, 0, Dword{});
    fail_handshake(facts, "tls", "reset");
}

inline SchannelFacts& tls(Facts& facts) {
    return *facts.schannel.value;
}

// A client outside was dropped while it offered 1.3, and completed without.
inline void second_try(Facts& facts) {
    HandshakeFacts outside = guest(facts);
    outside.from = "outside";
    outside.without_tls13 = true;
    facts.handshakes.value->push_back(outside);
}

inline void switch_off_key_exchanges(Facts& facts, std::initializer_list<const char*> names) {
    for (const char* name : names)
        tls(facts).key_exchanges[name] = 0;
    fail_handshake(facts, "tls", "reset");
}

inline void no_tls_used(Facts& facts) {
    facts.security.value->layer = 0;
    facts.security.value->nla = 0;
    fail_handshake(facts, "x224", "");
    guest(facts).failure_code = 2;
}

} // namespace rdpsweep::test
