// TLS alerts in the native code of an Error: "TLS alert 40 handshake failure".
#pragma once

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::net {

// Returns the alert that ended a connection; nothing when code is something else.
std::optional<std::string> alert_text(const boost::system::error_code& code);

// Returns the alert's number in such a text; 0 when it is another text.
int alert_number(std::string_view native);

// Tells whether the alert is about the certificate of the side that received it (RFC 8446 section
// 6.2).
bool is_certificate_alert(std::string_view native);

} // namespace rdpsweep::net
