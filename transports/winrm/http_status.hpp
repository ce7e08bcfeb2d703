// What an HTTP status of a WinRM endpoint means.
#pragma once

#include "core/result.hpp"
#include "core/target.hpp"
#include "transports/net/http.hpp"
#include "transports/winrm/http_auth.hpp"

#include <string_view>

namespace rdpsweep::winrm {

// Returns a 401 that ends the conversation: says which of the possible reasons it can be. scheme:
// what we used; bound: our proof was bound to the TLS channel.
Error denied(const Challenge& challenge, std::string_view scheme, bool bound);

// Returns the same for a client certificate; native: what the host said.
Error denied_certificate(std::string native);

// Tells whether error is a TLS alert by which a host turns down the certificate that auth shows.
bool certificate_refused(const Error& error, WinRmAuth auth);

// Returns the Error of an answer without an envelope. sealing: the conversation is over HTTP, every
// message encrypted.
Error unexpected_status(const net::HttpResponse& response, bool sealing);

// Tells whether the answer holds SOAP: a result, or a fault with any error status.
bool carries_envelope(const net::HttpResponse& response);

} // namespace rdpsweep::winrm
