// Reads the lines that truths are written in.
#include "tests/simfleet/profiles/expected.hpp"

#include <array>
#include <utility>

namespace simfleet {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 39> causes{{
    {"PORT.OWNER", "rdp_port"},
    {"PORT.NOLISTEN", "rdp_port"},
    {"PORT.MOVED", "rdp_port"},
    {"RDP.DENIED", "listener_security"},
    {"RDP.LISTENER", "listener_security"},
    {"SEC.LAYER", "listener_security"},
    {"NLA.CREDSSP", "listener_security"},
    {"NLA.CHANNEL", "listener_security"},
    {"SVC.STATE", "services"},
    {"SVC.ACCOUNT", "services"},
    {"TLS.PROTO", "tls_protocols"},
    {"TLS.13FORCED", "tls_protocols"},
    {"TLS.SUITES", "tls_protocols"},
    {"TLS.LEGACY", "tls_protocols"},
    {"FIPS", "tls_protocols"},
    {"KEY.PRESENT", "machine_keys"},
    {"KEY.ACL", "machine_keys"},
    {"KEY.FOLDER", "machine_keys"},
    {"KEY.OVERGRANT", "machine_keys"},
    {"EVT.KEYAUDIT", "machine_keys"},
    {"DISK.FULL", "rdp_certificate"},
    {"STORE.ACL", "rdp_certificate"},
    {"CERT.CORRUPT", "rdp_certificate"},
    {"CERT.PIN", "rdp_certificate"},
    {"CERT.SELF.VALID", "rdp_certificate"},
    {"CERT.CA.VALID", "rdp_certificate"},
    {"CERT.BINDING", "rdp_certificate"},
    {"OUT.CERT", "rdp_certificate"},
    {"OUT.BINDING", "rdp_certificate"},
    {"EVT.RDPCERT", "rdp_certificate"},
    {"GPO.GPSVC", "group_policy"},
    {"GPO.MANAGED", "group_policy"},
    {"PENDING", "group_policy"},
    {"EVT.SCHANNEL", "tls_protocols"}, // or machine_keys, by the event
    {"OUT.RDP", "unexplained"},        // or rdp_port, tls_protocols
    {"HANDSHAKE", "unexplained"},
    {"EMS.READY", "none"},
    {"OUT.NAME", "none"},
    {"DUMP.READY", "none"},
}};

// Takes the next word off a line; a pointer goes as far as the next one begins.
std::string next_word(std::string_view& line) {
    const auto end = line.find(line.starts_with('/') ? " /" : " ");
    std::string word(line.substr(0, end));
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return word;
}

} // namespace

Expected::Expected(std::string_view line) : verdict(next_word(line)) {
    if (verdict != "not_applicable" && verdict != "ok") {
        severity = next_word(line);
        confidence = next_word(line);
    }
    key = next_word(line);
    if (const auto colon = key.find(':'); colon != std::string::npos) {
        cause = key.substr(0, colon);
        key.erase(0, colon + 1);
    }
    while (!line.empty())
        evidence.push_back(next_word(line));
}

std::string_view cause_of(std::string_view rule) {
    for (const auto& [id, cause] : causes) {
        if (id == rule) return cause;
    }
    return {};
}

std::string whole_key(std::string_view rule, const Expected& expected) {
    if (expected.key.empty() || expected.key.starts_with("rule.")) return expected.key;
    return std::string(rule) + '.' + expected.key;
}

} // namespace simfleet
