// What each value of a target may be, and what a user reads when it is something else.
#include "scanner/inventory/field_values.hpp"

#include "core/text.hpp"
#include "scanner/inventory/endpoint.hpp"
#include "scanner/talk/duration.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace rdpsweep {

std::optional<bool> parse_boolean(std::string_view text) {
    const auto folded = ascii_lower(text);
    if (folded == "true" || folded == "yes" || folded == "on") return true;
    if (folded == "false" || folded == "no" || folded == "off") return false;
    return {};
}

namespace field_values {

namespace {

// Anything longer is not a name any more; reports show the first part of it.
constexpr std::size_t longest_name = 4096;

constexpr std::array<std::pair<std::string_view, WinRmAuth>, 5> auth_names{{
    {"negotiate", WinRmAuth::negotiate},
    {"ntlm", WinRmAuth::ntlm},
    {"kerberos", WinRmAuth::kerberos},
    {"basic", WinRmAuth::basic},
    {"certificate", WinRmAuth::certificate},
}};

constexpr std::array<std::pair<std::string_view, HttpFallback>, 3> fallback_names{{
    {"never", HttpFallback::never},
    {"kerberos", HttpFallback::kerberos},
    {"any", HttpFallback::any},
}};

} // namespace

Complaint name(std::string_view, std::string_view text, std::string& value) {
    if (trim(text).empty()) return Mistake{"the name is empty", ""};
    if (text.size() > longest_name) {
        return Mistake{"the name " + in_quotes(text) + " is longer than 4096 bytes", ""};
    }
    value = text;
    return {};
}

Complaint address(std::string_view, std::string_view text, std::string& value) {
    if (auto address = normal_address(text)) {
        value = std::move(*address);
        return {};
    }
    if (const auto endpoint = parse_endpoint(text)) {
        return Mistake{
            "the address " + in_quotes(text) + " holds a port",
            "write it apart: address: " + endpoint->host +
                ", winrm: { port: " + std::to_string(*endpoint->port) + " }"};
    }
    return Mistake{
        in_quotes(text) + " is neither an IP address nor a DNS name",
        "write 10.1.0.4, fd00::4 or web-01.corp.example"};
}

Complaint vm(std::string_view, std::string_view text, std::string& value) {
    const auto folded = ascii_lower(text);
    if (!folded.starts_with("/subscriptions/") ||
        folded.find("/virtualmachines/") == std::string::npos || text.size() > longest_name) {
        return Mistake{
            in_quotes(text) + " is not the ARM id of a virtual machine",
            "az vm show -g GROUP -n NAME --query id -o tsv"};
    }
    value = text;
    return {};
}

Complaint credential(std::string_view, std::string_view text, std::string& value) {
    if (text.empty()) return Mistake{"the credential's name is empty", ""};
    if (text.size() > longest_name)
        return Mistake{
            "the credential's name " + in_quotes(text) + " is longer than 4096 bytes", ""};
    value = text;
    return {};
}

Complaint port(std::string_view called, std::string_view text, std::uint16_t& value) {
    const auto port = parse_port(text);
    if (!port) {
        return Mistake{
            std::string(called) + " must be a number from 1 to 65535, not " + in_quotes(text), ""};
    }
    value = *port;
    return {};
}

Complaint boolean(std::string_view called, std::string_view text, bool& value) {
    const auto read = parse_boolean(text);
    if (!read) {
        return Mistake{std::string(called) + " must be true or false, not " + in_quotes(text), ""};
    }
    value = *read;
    return {};
}

Complaint scheme(std::string_view, std::string_view text, WinRmScheme& value) {
    if (text != "https" && text != "http") {
        return Mistake{"the scheme must be https or http, not " + in_quotes(text), ""};
    }
    value = text == "http" ? WinRmScheme::http : WinRmScheme::https;
    return {};
}

Complaint http_fallback(std::string_view, std::string_view text, HttpFallback& value) {
    for (const auto& [name, fallback] : fallback_names) {
        if (text != name) continue;
        value = fallback;
        return {};
    }
    return Mistake{"http_fallback must be never, kerberos or any, not " + in_quotes(text), ""};
}

Complaint auth(std::string_view, std::string_view text, WinRmAuth& value) {
    std::vector<std::string_view> known;
    for (const auto& [name, auth] : auth_names) {
        known.push_back(name);
        if (text != name) continue;
        value = auth;
        return {};
    }
    return Mistake{"unknown auth " + in_quotes(text), suggest(text, known, "known")};
}

Complaint spn_service(std::string_view, std::string_view text, std::string& value) {
    const bool plain =
        !text.empty() && text.size() <= 64 && text.find_first_of("/@ \t") == std::string_view::npos;
    if (!plain || printable(text) != text) {
        return Mistake{
            "spn_service must be a service class such as HTTP or WSMAN, not " + in_quotes(text),
            ""};
    }
    value = text;
    return {};
}

Complaint certificate_pin(std::string_view, std::string_view text, std::string& value) {
    static constexpr std::string_view prefix = "sha256:";
    std::string hex;
    if (ascii_lower(text.substr(0, prefix.size())) == prefix) {
        hex = ascii_lower(text.substr(prefix.size()));
        std::erase(hex, ':'); // as openssl prints it: AB:CD:...
    }
    if (hex.size() != 64 || !hex_decode(hex)) {
        return Mistake{
            "the pin " + in_quotes(text) + " is not sha256: and 64 hex digits",
            "openssl s_client -connect HOST:5986 </dev/null | openssl x509 -noout -fingerprint "
            "-sha256"};
    }
    value = std::move(hex);
    return {};
}

Complaint host_key_pin(std::string_view, std::string_view text, std::string& value) {
    static constexpr std::string_view prefix = "SHA256:";
    // As ssh-keygen prints it: Base64 without its padding.
    const auto hash = text.starts_with(prefix)
                          ? base64_decode(std::string(text.substr(prefix.size())) + "=")
                          : std::nullopt;
    if (!hash || hash->size() != 32) {
        return Mistake{
            "the pin " + in_quotes(text) + " is not a fingerprint such as SHA256:...",
            "on the host: ssh-keygen -lf ssh_host_ed25519_key.pub"};
    }
    value = hex_encode(*hash);
    return {};
}

Complaint thumbprint(std::string_view, std::string_view text, std::string& value) {
    auto hex = ascii_lower(text);
    if (hex.size() != 40 || !hex_decode(hex)) {
        return Mistake{
            "the RDP thumbprint " + in_quotes(text) + " is not 40 hex digits",
            "az vm get-instance-view has it as rdpThumbPrint"};
    }
    value = std::move(hex);
    return {};
}

Complaint ssh_user(std::string_view, std::string_view text, std::string& value) {
    if (trim(text).empty() || text.size() > 256 || printable(text) != text) {
        return Mistake{
            "the SSH user " + in_quotes(text) + " is not an account's name",
            std::string(backslash_hint)};
    }
    value = text;
    return {};
}

// Takes empty text too: nothing else takes back what defaults: say.
Complaint jump_host(std::string_view, std::string_view text, std::string& value) {
    if (text.size() > longest_name)
        return Mistake{
            "the jump host's name " + in_quotes(text) + " is longer than 4096 bytes", ""};
    value = text;
    return {};
}

Complaint
deadline(std::string_view, std::string_view text, std::optional<std::chrono::milliseconds>& value) {
    const auto deadline = parse_duration(text);
    if (!deadline) {
        return Mistake{in_quotes(text) + " is not a duration", "write 500ms, 90s, 15m or 2h"};
    }
    value = *deadline;
    return {};
}

} // namespace field_values

} // namespace rdpsweep
