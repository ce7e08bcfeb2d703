// Truths of VMs that were assessed, by their root cause.
#pragma once

#include "tests/simfleet/profiles/profile.hpp"

#include <string>
#include <utility>

namespace simfleet {

inline Truth certificate(std::string verdict, Findings findings) {
    return assessed(std::move(verdict), "rdp_certificate", std::move(findings));
}

inline Truth keys(std::string verdict, Findings findings) {
    return assessed(std::move(verdict), "machine_keys", std::move(findings));
}

// An event of Schannel that RDP's key cannot be used, written while the handshake failed.
constexpr const char* key_trouble_logged =
    "broken critical circumstantial machine_keys:key_now /evt/0 /evt/0/utc";

inline Truth tls(std::string verdict, Findings findings) {
    return assessed(std::move(verdict), "tls_protocols", std::move(findings));
}

} // namespace simfleet
