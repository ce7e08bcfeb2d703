#include "scanner/inventory/draft.hpp"

#include "core/text.hpp"
#include "scanner/inventory/endpoint.hpp"
#include "scanner/talk/duration.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

// Anything longer is not a name any more; reports show the first part of it.
constexpr std::size_t longest_name = 4096;
constexpr std::size_t longest_tag = 4096;
constexpr std::size_t most_tags = 64;
constexpr std::size_t longest_route = 8;

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

Complaint bad_port(std::string_view what, std::string_view text) {
    return Mistake{
        std::string(what) + " must be a number from 1 to 65535, not " + in_quotes(text), ""};
}

Complaint bad_boolean(std::string_view what, std::string_view text) {
    return Mistake{std::string(what) + " must be true or false, not " + in_quotes(text), ""};
}

} // namespace

std::optional<bool> parse_boolean(std::string_view text) {
    const auto folded = ascii_lower(text);
    if (folded == "true" || folded == "yes" || folded == "on") return true;
    if (folded == "false" || folded == "no" || folded == "off") return false;
    return {};
}

Complaint set_name(TargetDraft& draft, std::string_view text) {
    if (trim(text).empty()) return Mistake{"the name is empty", ""};
    if (text.size() > longest_name) {
        return Mistake{"the name " + in_quotes(text) + " is longer than 4096 bytes", ""};
    }
    draft.target.name = text;
    return {};
}

Complaint set_address(TargetDraft& draft, std::string_view text) {
    if (auto address = normal_address(text)) {
        draft.target.address = std::move(*address);
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

Complaint set_vm(TargetDraft& draft, std::string_view text) {
    const auto folded = ascii_lower(text);
    if (!folded.starts_with("/subscriptions/") ||
        folded.find("/virtualmachines/") == std::string::npos || text.size() > longest_name) {
        return Mistake{
            in_quotes(text) + " is not the ARM id of a virtual machine",
            "az vm show -g GROUP -n NAME --query id -o tsv"};
    }
    draft.target.vm = text;
    return {};
}

Complaint set_route(
    TargetDraft& draft,
    const std::vector<std::string>& route,
    std::span<const std::string_view> transports
) {
    if (route.empty() || route.size() > longest_route) {
        return Mistake{"a route names 1 to 8 transports", "route: [winrm]"};
    }
    for (auto it = route.begin(); it != route.end(); ++it) {
        if (std::find(transports.begin(), transports.end(), *it) == transports.end()) {
            const std::vector<std::string_view> known(transports.begin(), transports.end());
            return Mistake{
                "this version has no transport " + in_quotes(*it),
                suggest(*it, known, "known transports")};
        }
        if (std::find(route.begin(), it, *it) != it) {
            return Mistake{"the route names " + in_quotes(*it) + " twice", ""};
        }
    }
    draft.target.ladder = route;
    draft.given.add(Field::route);
    return {};
}

Complaint set_credential(TargetDraft& draft, std::string_view name) {
    if (name.empty()) return Mistake{"the credential's name is empty", ""};
    draft.target.credential = name;
    draft.given.add(Field::credential);
    return {};
}

Complaint set_deadline(TargetDraft& draft, std::string_view text) {
    const auto deadline = parse_duration(text);
    if (!deadline) {
        return Mistake{in_quotes(text) + " is not a duration", "write 500ms, 90s, 15m or 2h"};
    }
    draft.target.deadline = *deadline;
    draft.given.add(Field::deadline);
    return {};
}

Complaint set_rdp_port(TargetDraft& draft, std::string_view text) {
    const auto port = parse_port(text);
    if (!port) return bad_port("the RDP port", text);
    draft.target.rdp_port = *port;
    draft.given.add(Field::rdp_port);
    return {};
}

Complaint set_rdp_outside(TargetDraft& draft, std::string_view text) {
    const auto outside = parse_boolean(text);
    if (!outside) return bad_boolean("rdp outside", text);
    draft.target.rdp_outside = *outside;
    draft.given.add(Field::rdp_outside);
    return {};
}

Complaint set_rdp_thumbprint(TargetDraft& draft, std::string_view text) {
    auto hex = ascii_lower(text);
    if (hex.size() != 40 || !hex_decode(hex)) {
        return Mistake{
            "the RDP thumbprint " + in_quotes(text) + " is not 40 hex digits",
            "az vm get-instance-view has it as rdpThumbPrint"};
    }
    draft.target.rdp_thumbprint = std::move(hex);
    return {};
}

Complaint set_winrm_port(TargetDraft& draft, std::string_view text) {
    const auto port = parse_port(text);
    if (!port) return bad_port("the WinRM port", text);
    draft.target.winrm.port = *port;
    draft.given.add(Field::winrm_port);
    return {};
}

Complaint set_winrm_scheme(TargetDraft& draft, std::string_view text) {
    if (text != "https" && text != "http") {
        return Mistake{"the scheme must be https or http, not " + in_quotes(text), ""};
    }
    draft.target.winrm.scheme = text == "http" ? WinRmScheme::http : WinRmScheme::https;
    draft.given.add(Field::winrm_scheme);
    return {};
}

Complaint set_winrm_http_port(TargetDraft& draft, std::string_view text) {
    const auto port = parse_port(text);
    if (!port) return bad_port("the http_port", text);
    draft.target.winrm.http_port = *port;
    draft.given.add(Field::winrm_http_port);
    return {};
}

Complaint set_winrm_http_fallback(TargetDraft& draft, std::string_view text) {
    for (const auto& [name, fallback] : fallback_names) {
        if (text != name) continue;
        draft.target.winrm.http_fallback = fallback;
        draft.given.add(Field::winrm_http_fallback);
        return {};
    }
    return Mistake{"http_fallback must be never, kerberos or any, not " + in_quotes(text), ""};
}

Complaint set_winrm_auth(TargetDraft& draft, std::string_view text) {
    std::vector<std::string_view> known;
    for (const auto& [name, auth] : auth_names) {
        known.push_back(name);
        if (text != name) continue;
        draft.target.winrm.auth = auth;
        draft.given.add(Field::winrm_auth);
        return {};
    }
    return Mistake{"unknown auth " + in_quotes(text), suggest(text, known, "known")};
}

Complaint set_winrm_spn(TargetDraft& draft, std::string_view text) {
    const bool plain =
        !text.empty() && text.size() <= 64 && text.find_first_of("/@ \t") == std::string_view::npos;
    if (!plain || printable(text) != text) {
        return Mistake{
            "spn_service must be a service class such as HTTP or WSMAN, not " + in_quotes(text),
            ""};
    }
    draft.target.winrm.spn_service = text;
    draft.given.add(Field::winrm_spn);
    return {};
}

Complaint set_winrm_pin(TargetDraft& draft, std::string_view text) {
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
    draft.target.winrm.pin_sha256 = std::move(hex);
    draft.given.add(Field::winrm_pin);
    return {};
}

Complaint set_winrm_post_handshake(TargetDraft& draft, std::string_view text) {
    const auto wanted = parse_boolean(text);
    if (!wanted) return bad_boolean("tls post_handshake_auth", text);
    draft.target.winrm.post_handshake_auth = *wanted;
    draft.given.add(Field::winrm_post_handshake);
    return {};
}

Complaint set_winrm_legacy(TargetDraft& draft, std::string_view text) {
    const auto legacy = parse_boolean(text);
    if (!legacy) return bad_boolean("tls legacy", text);
    draft.target.winrm.legacy_tls = *legacy;
    draft.given.add(Field::winrm_legacy);
    return {};
}

Complaint set_channel_bindings(TargetDraft& draft, std::string_view text) {
    const auto bindings = parse_boolean(text);
    if (!bindings) return bad_boolean("channel_bindings", text);
    draft.target.winrm.channel_bindings = *bindings;
    draft.given.add(Field::winrm_channel_bindings);
    return {};
}

Complaint set_ssh_port(TargetDraft& draft, std::string_view text) {
    const auto port = parse_port(text);
    if (!port) return bad_port("the SSH port", text);
    draft.target.ssh.port = *port;
    draft.given.add(Field::ssh_port);
    return {};
}

Complaint set_ssh_user(TargetDraft& draft, std::string_view text) {
    if (trim(text).empty() || text.size() > 256 || printable(text) != text) {
        return Mistake{"the SSH user " + in_quotes(text) + " is not an account's name", ""};
    }
    draft.target.ssh.user = text;
    draft.given.add(Field::ssh_user);
    return {};
}

Complaint set_ssh_via(TargetDraft& draft, std::string_view name) {
    // Nothing takes back what defaults: say.
    draft.target.ssh.via = name;
    draft.given.add(Field::ssh_via);
    return {};
}

Complaint set_ssh_pin(TargetDraft& draft, std::string_view text) {
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
    draft.target.ssh.pin_sha256 = hex_encode(*hash);
    draft.given.add(Field::ssh_pin);
    return {};
}

Complaint set_tag(TargetDraft& draft, std::string_view key, std::string_view value) {
    if (trim(key).empty()) return Mistake{"a tag has no name", ""};
    if (key.size() > longest_tag || value.size() > longest_tag) {
        return Mistake{"the tag " + in_quotes(key) + " is longer than 4096 bytes", ""};
    }
    if (draft.target.tags.size() >= most_tags) return Mistake{"more than 64 tags", ""};
    draft.target.tags.emplace(key, value);
    return {};
}

Complaint finish(TargetDraft& draft) {
    auto& target = draft.target;
    if (target.name.empty()) target.name = target.address;
    if (target.name.empty()) {
        return Mistake{"a target has neither a name nor an address", "add name: and address:"};
    }
    if (target.address.empty() && target.vm.empty()) {
        return Mistake{
            "the target " + in_quotes(target.name) + " has no address",
            "add address: with an IP address or a DNS name"};
    }
    target.id = target.vm.empty() ? target.name : ascii_lower(target.vm);
    return {};
}

namespace {

// 5985 alone means HTTP, and HTTP alone means 5985 (or what http_port says).
template <class Given>
void follow_scheme(WinRmOptions& winrm, Given given) {
    const bool port = given(Field::winrm_port);
    if (!given(Field::winrm_scheme) && port && winrm.port == winrm_ports::http) {
        winrm.scheme = WinRmScheme::http;
    }
    if (winrm.scheme == WinRmScheme::http && !port) winrm.port = winrm.http_port;
}

} // namespace

void apply_defaults(Target& target, FieldSet given, const TargetDraft& defaults) {
    const auto& from = defaults.target;
    const auto wanted = [&](Field field) { return defaults.given.has(field) && !given.has(field); };
    if (wanted(Field::route)) target.ladder = from.ladder;
    if (wanted(Field::credential)) target.credential = from.credential;
    if (wanted(Field::deadline)) target.deadline = from.deadline;
    if (wanted(Field::rdp_port)) target.rdp_port = from.rdp_port;
    if (wanted(Field::rdp_outside)) target.rdp_outside = from.rdp_outside;
    if (wanted(Field::winrm_scheme)) target.winrm.scheme = from.winrm.scheme;
    if (wanted(Field::winrm_http_port)) target.winrm.http_port = from.winrm.http_port;
    if (wanted(Field::winrm_http_fallback)) target.winrm.http_fallback = from.winrm.http_fallback;
    if (wanted(Field::winrm_port)) target.winrm.port = from.winrm.port;
    if (wanted(Field::winrm_auth)) target.winrm.auth = from.winrm.auth;
    if (wanted(Field::winrm_spn)) target.winrm.spn_service = from.winrm.spn_service;
    if (wanted(Field::winrm_pin)) target.winrm.pin_sha256 = from.winrm.pin_sha256;
    if (wanted(Field::winrm_post_handshake)) {
        target.winrm.post_handshake_auth = from.winrm.post_handshake_auth;
    }
    if (wanted(Field::winrm_legacy)) target.winrm.legacy_tls = from.winrm.legacy_tls;
    if (wanted(Field::winrm_channel_bindings)) {
        target.winrm.channel_bindings = from.winrm.channel_bindings;
    }
    if (wanted(Field::ssh_port)) target.ssh.port = from.ssh.port;
    if (wanted(Field::ssh_user)) target.ssh.user = from.ssh.user;
    if (wanted(Field::ssh_pin)) target.ssh.pin_sha256 = from.ssh.pin_sha256;
    if (wanted(Field::ssh_via)) target.ssh.via = from.ssh.via;
    target.tags.insert(from.tags.begin(), from.tags.end());
    follow_scheme(target.winrm, [&](Field field) {
        return given.has(field) || defaults.given.has(field);
    });
}

} // namespace rdpsweep
