// Holds our order of preference, from which a library's own list picks.
#include "transports/ssh/algorithms.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

constexpr std::string_view our_kex =
    "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,"
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
    "diffie-hellman-group14-sha256,diffie-hellman-group-exchange-sha256";
constexpr std::string_view our_host_keys =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,"
    "rsa-sha2-256";
constexpr std::string_view our_ciphers =
    "aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-ctr,"
    "aes192-ctr,aes128-ctr";
constexpr std::string_view our_macs =
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";

Names picked(std::string_view preferred, const Names& supported) {
    auto names = split(preferred, ',');
    std::erase_if(names, [&](const auto& name) { return !contains(supported, name); });
    return names;
}

} // namespace

bool contains(const Names& names, std::string_view name) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool authenticates(std::string_view cipher) noexcept {
    return cipher.find("-gcm@") != std::string_view::npos ||
           cipher.find("-poly1305") != std::string_view::npos;
}

Algorithms choose_algorithms(const Library& library) {
    Algorithms ours;
    ours.version = library.version;
    ours.kex = picked(our_kex, library.kex);
    ours.host_keys = picked(our_host_keys, library.host_keys);
    const bool rsa_sha2 = contains(ours.host_keys, "rsa-sha2-512");
    if (!rsa_sha2 && contains(library.host_keys, "ssh-rsa")) ours.host_keys.emplace_back("ssh-rsa");
    ours.ciphers = picked(our_ciphers, library.ciphers);
    ours.macs = picked(our_macs, library.macs);
    return ours;
}

const Library& debian_13() {
    static const Library library{
        "1.11.1",
        split(our_kex.substr(our_kex.find("curve25519")), ','), // neither ML-KEM nor sntrup761
        split(our_host_keys, ','),
        split(our_ciphers, ','),
        split(our_macs, ',')};
    return library;
}

} // namespace rdpsweep::ssh
