// When a host whose TLS is broken is tried again over HTTP with encrypted messages (ADR 0013).
#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/target.hpp"

#include <optional>

namespace rdpsweep::winrm {

// Tells whether a TLS failure looks like a SCHANNEL without protocol or key: the host accepts TCP
// and then resets, closes or sends one of the alerts that a server without common ground sends.
// Never for a certificate that we do not believe, for silence, or for TLS that is merely old.
bool points_at_schannel(const Error& error);

// Returns the same target over HTTP, when error points there and policy allows it. A pinned target
// is identified by its certificate: only Kerberos may stand in for that.
std::optional<Target> over_http(
    const Target& target, const Credential& credential, HttpFallback policy, const Error& error
);

} // namespace rdpsweep::winrm
