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

inline Truth tls(std::string verdict, Findings findings) {
    return assessed(std::move(verdict), "tls_protocols", std::move(findings));
}

} // namespace simfleet
