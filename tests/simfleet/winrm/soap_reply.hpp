// Envelopes as Windows writes them: namespaces, prefixes and header order as recorded from real
// servers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simfleet {

// & < > " and control characters; for text and attributes.
std::string xml_escape(std::string_view text);

// action: the full URI. body: the XML inside s:Body. relates_to may be empty (left out).
std::string
render_envelope(std::string_view action, std::string_view relates_to, std::string_view body);

// The answer to an Identify: whoever has not authenticated is not told the version of Windows.
struct Identity {
    std::uint32_t build = 0;
    bool known = false; // the caller has authenticated
    std::string_view scheme = "https";
    bool basic = false;
};

std::string render_identify(const Identity& identity);

inline constexpr std::string_view uri_transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer/";
inline constexpr std::string_view uri_shell =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
inline constexpr std::string_view uri_cmd =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd";
inline constexpr std::string_view uri_enumeration =
    "http://schemas.xmlsoap.org/ws/2004/09/enumeration/";
inline constexpr std::string_view uri_wmi = "http://schemas.microsoft.com/wbem/wsman/1/wmi/";
inline constexpr std::string_view uri_config = "http://schemas.microsoft.com/wbem/wsman/1/config";
inline constexpr std::string_view uri_wql = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
inline constexpr std::string_view uri_anonymous =
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

} // namespace simfleet
