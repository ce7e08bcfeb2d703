// Reads the head of a key file; the key itself stays libssh2's business.
#include "transports/ssh/private_key.hpp"

#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "transports/ssh/known_hosts.hpp"
#include "transports/ssh/wire.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

using namespace std::string_view_literals;

constexpr auto openssh_magic = "openssh-key-v1\0"sv; // OpenSSH's PROTOCOL.key

// Everything between the header line and the footer, without line ends.
std::optional<std::string> body_of(std::string_view pem, std::string_view label) {
    const auto header = "-----BEGIN " + std::string(label) + "-----";
    const auto footer = "-----END " + std::string(label) + "-----";
    const auto begin = pem.find(header);
    const auto end = pem.find(footer);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
    std::string body(pem.substr(begin + header.size(), end - begin - header.size()));
    std::erase_if(body, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    return body;
}

// The public half is in clear next to the private one, encrypted or not.
std::optional<KeyKind> openssh_kind(std::string_view bytes) {
    if (!bytes.starts_with(openssh_magic)) return {};
    WireReader reader(bytes.substr(openssh_magic.size()));
    const auto cipher = reader.text();
    const auto kdf = reader.text();
    const auto kdf_options = reader.text();
    const auto count = reader.number();
    const auto blob = reader.text();
    if (!cipher || !kdf || !kdf_options || !count || *count != 1 || !blob) return {};
    return KeyKind{std::string(key_type(*blob)), *cipher != "none"};
}

} // namespace

std::optional<KeyKind> read_key_kind(std::string_view pem) {
    if (auto body = body_of(pem, "OPENSSH PRIVATE KEY")) {
        auto bytes = base64_decode(*body);
        cleanse(*body);
        if (!bytes) return {};
        auto kind = openssh_kind(*bytes);
        cleanse(*bytes);
        return kind;
    }
    const bool legacy = pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
    const auto has = [pem](std::string_view label) {
        return pem.find("-----BEGIN " + std::string(label) + "-----") != std::string_view::npos;
    };
    if (has("RSA PRIVATE KEY")) return KeyKind{"ssh-rsa", legacy};
    if (has("EC PRIVATE KEY")) return KeyKind{"", legacy};
    if (has("PRIVATE KEY")) return KeyKind{"", false};
    if (has("ENCRYPTED PRIVATE KEY")) return KeyKind{"", true};
    return {};
}

} // namespace rdpsweep::ssh
