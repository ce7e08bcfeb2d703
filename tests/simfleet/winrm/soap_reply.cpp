// Writes envelopes.
#include "tests/simfleet/winrm/soap_reply.hpp"

#include "core/digest.hpp"

#include <cstdio>

namespace simfleet {

std::string xml_escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            // XML 1.0 has no way to say the other control characters; Windows writes "?".
            out += (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r')
                       ? '?'
                       : c;
        }
    }
    return out;
}

std::string
render_envelope(std::string_view action, std::string_view relates_to, std::string_view body) {
    std::string out =
        "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
        "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
        "xmlns:x=\"http://schemas.xmlsoap.org/ws/2004/09/transfer\" "
        "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "
        "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" "
        "xmlns:rsp=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\" "
        "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\"><s:Header><a:Action>";
    out += action;
    out += "</a:Action><a:MessageID>uuid:" + rdpsweep::random_guid() + "</a:MessageID>";
    out += "<p:ActivityId>" + rdpsweep::random_guid() + "</p:ActivityId><a:To>";
    out += uri_anonymous;
    out += "</a:To>";
    if (!relates_to.empty()) {
        out += "<a:RelatesTo>" + xml_escape(relates_to) + "</a:RelatesTo>";
    }
    out += "</s:Header><s:Body>";
    out += body;
    out += "</s:Body></s:Envelope>";
    return out;
}

namespace {

// "6.1.7601 SP: 1.0", as Windows counts its versions.
std::string windows_version(std::uint32_t build) {
    const auto number = "." + std::to_string(build);
    if (build <= 7601) return "6.1" + number + " SP: 1.0";
    if (build <= 9200) return "6.2" + number + " SP: 0.0";
    return (build <= 9600 ? "6.3" : "10.0") + number + " SP: 0.0";
}

std::string security_profile(std::string_view scheme, std::string_view way) {
    std::string out =
        "<wsmid:SecurityProfileName>http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/";
    return out.append(scheme).append("/").append(way) + "</wsmid:SecurityProfileName>";
}

} // namespace

std::string render_identify(const Identity& identity) {
    const auto version = identity.known ? windows_version(identity.build) : "0.0.0 SP: 0.0";
    const std::string stack = identity.build <= 7601 ? "2.0" : "3.0";
    auto profiles = security_profile(identity.scheme, "spnego-kerberos");
    if (identity.basic) profiles = security_profile(identity.scheme, "basic") + profiles;
    return "<s:Envelope xml:lang=\"en-US\" "
           "xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/><s:Body>"
           "<wsmid:IdentifyResponse "
           "xmlns:wsmid=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\">"
           "<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
           "</wsmid:ProtocolVersion><wsmid:ProductVendor>Microsoft Corporation"
           "</wsmid:ProductVendor><wsmid:ProductVersion>OS: " +
           version + " Stack: " + stack + "</wsmid:ProductVersion><wsmid:SecurityProfiles>" +
           profiles + "</wsmid:SecurityProfiles></wsmid:IdentifyResponse></s:Body></s:Envelope>";
}

} // namespace simfleet
