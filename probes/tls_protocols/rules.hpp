// Root cause tls_protocols (article step 3): Schannel has no protocol or no cipher suite left that
// the RDP listener can use.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule tls_protocols_rule() noexcept; // TLS.PROTO
Rule tls_13_forced_rule() noexcept; // TLS.13FORCED
Rule tls_legacy_rule() noexcept;    // TLS.LEGACY
Rule tls_suites_rule() noexcept;    // TLS.SUITES
Rule fips_rule() noexcept;          // FIPS

} // namespace rdpsweep
