// Finds the alert's number in OpenSSL's error code, where its reasons hide it.
#include "transports/net/alert.hpp"

#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <charconv>

namespace rdpsweep::net {

namespace {

constexpr std::string_view prefix = "TLS alert ";

// An alert's number travels in OpenSSL's reason code (SSL_AD_REASON_OFFSET).
constexpr int alert_offset = 1000;

} // namespace

std::optional<std::string> alert_text(const boost::system::error_code& code) {
    if (code.category() != boost::asio::error::get_ssl_category()) return std::nullopt;
    const int alert = ERR_GET_REASON(static_cast<unsigned long>(code.value())) - alert_offset;
    if (alert < 0 || alert > 255) return std::nullopt;
    return std::string(prefix) + std::to_string(alert) + " " + SSL_alert_desc_string_long(alert);
}

int alert_number(std::string_view native) {
    int number = 0;
    if (!native.starts_with(prefix)) return number;
    native.remove_prefix(prefix.size());
    std::from_chars(native.begin(), native.end(), number);
    return number;
}

bool is_certificate_alert(std::string_view native) {
    const int number = alert_number(native);
    // no_certificate (SSL 3) to unknown_ca, and certificate_required.
    return (number >= 41 && number <= 48) || number == 116;
}

} // namespace rdpsweep::net
