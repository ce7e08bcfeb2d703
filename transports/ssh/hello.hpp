// The first bytes of an SSH server, in clear: its version line and the algorithms it offers
// (RFC 4253 sections 4.2 and 7.1). libssh2 says only that no algorithm is common; this says why.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::ssh {

inline constexpr std::size_t hello_bytes = 8u << 10; // what is kept of a server's first bytes
inline constexpr std::size_t banner_lines = 64;      // that may come before the version line

// Names as the server lists them, at most 64 a list and 128 bytes a name.
struct Offer {
    std::vector<std::string> kex, host_keys, ciphers, macs; // the latter two: server to client
};

struct Hello {
    std::string version;    // "SSH-2.0-OpenSSH_for_Windows_8.1"; empty: it sent none so far
    std::size_t before = 0; // lines that came before it
    bool offered = false;   // its KEXINIT was there
    Offer offer;
};

// Returns what of a server's first bytes can be read; never fails.
Hello read_hello(std::string_view bytes);

// Our side, as given to libssh2: strongest first. Nothing with SHA-1, CBC, RC4 or a group of 1024
// bits, except ssh-rsa as the only way to RSA host keys that libssh2 1.10 has.
namespace ours {
inline constexpr std::string_view kex =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
    "diffie-hellman-group14-sha256,diffie-hellman-group-exchange-sha256";
inline constexpr std::string_view host_keys =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,ssh-rsa";
inline constexpr std::string_view ciphers = "aes256-ctr,aes192-ctr,aes128-ctr";
inline constexpr std::string_view macs = "hmac-sha2-256,hmac-sha2-512";
} // namespace ours

struct Disagreement {
    std::string what; // one sentence that names what both sides offer; empty: they could agree
    std::string hint;
};

// Returns why no common algorithm exists.
Disagreement explain_disagreement(const Offer& theirs);

} // namespace rdpsweep::ssh
