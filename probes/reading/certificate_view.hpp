// Which certificate the RDP listener is configured to present, and where it is kept.
#pragma once

#include "core/facts.hpp"

#include <cstddef>
#include <string>

namespace rdpsweep {

// Returns the certificate Windows made for RDP itself: the one WinStations\SelfSignedCertificate
// names, else the only one in the "Remote Desktop" store; null when there is none.
const StoredCertificate* self_signed_certificate(const CertificateFacts& facts) noexcept;

// Returns the certificate that SSLCertificateSHA1Hash names, from LocalMachine\My or the RDP store;
// null without a pin or when the pin names no certificate that was found.
const StoredCertificate* pinned_certificate(const CertificateFacts& facts) noexcept;

// Tells whether a policy's template chose the certificate: WMI says so, or, where WMI was not read,
// SessionEnv noted the certificate that it enrolled.
bool template_chose(const CertificateFacts& facts) noexcept;

// Returns the one a client should be shown: the pinned one, else one that policy selected, else
// Windows' own. A pin that names nothing makes Windows fall back to its own.
const StoredCertificate* configured_certificate(const CertificateFacts& facts) noexcept;

// Returns the SHA-1 of the DER when it parses, else the registry key's name; lower-case hex.
std::string thumbprint_of(const StoredCertificate& certificate);

// Tells whether a narrow collector left Windows' own certificates out because another one is
// configured.
bool own_left_out(const Facts& facts) noexcept;

// Tells whether Windows should long have made a certificate of its own: the store is empty, none is
// chosen in its place, RDP is allowed, and TermService came up over a minute ago.
bool own_certificate_overdue(const Facts& facts);

// Returns "/cert/store/0" or "/cert/my_match".
std::string pointer_to(const CertificateFacts& facts, const StoredCertificate& certificate);

// Tells whether a completed handshake presented this certificate: TermService could use its key.
bool served(const Facts& facts, const StoredCertificate& certificate);

} // namespace rdpsweep
