// What a private key file says of itself before it is used: its type, and whether it is encrypted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::ssh {

struct KeyKind {
    std::string type; // "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"; empty: not told
    bool encrypted = false;
};

// Reads pem: OpenSSH's own format, or PKCS#1, SEC1 or PKCS#8 in PEM. Nothing when it is no private
// key.
std::optional<KeyKind> read_key_kind(std::string_view pem);

} // namespace rdpsweep::ssh
