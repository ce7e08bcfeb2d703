// OpenSSH's known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), read without I/O.
#pragma once

#include "core/result.hpp"
#include "transports/ssh/name_index.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::ssh {

struct KnownHost {
    enum class Marker : std::uint8_t { none, revoked, cert_authority };

    Marker marker = Marker::none;
    std::string names; // the first field: patterns with commas, or |1|salt|hash
    std::string type;  // "ssh-ed25519", ...
    std::string blob;  // the public key as it goes over the wire
    std::string where; // "/home/me/.ssh/known_hosts:12", for messages
};

// What the lines about one host say of the key it serves.
struct KeyJudgement {
    enum class Standing : std::uint8_t {
        unknown,   // no line is about this host
        trusted,   // one has exactly this key
        changed,   // one has another key of the same type
        other,     // there are lines, with keys of other types only
        authority, // only an @cert-authority, which libssh2 cannot check
        revoked,   // @revoked: refused whatever else is said
    };

    Standing standing = Standing::unknown;
    const KnownHost* line = nullptr; // the one that decided; null for unknown
};

// The lines about one host and port.
struct HostLines {
    std::vector<const KnownHost*> exact;    // "host" for port 22, "[host]:port" for any other
    std::vector<const KnownHost*> portless; // "host", for any other port

    // Returns all of them, the exact ones first.
    [[nodiscard]] std::vector<const KnownHost*> all() const;
};

class KnownHosts {
public:
    // Adds the lines of text. Lines that do not parse are counted and say nothing of any host.
    void add(std::string_view text, const std::string& file);

    // Adds a file, at most 64 MiB. Error{config, name_not_found | local_limit | output_limit}.
    Status add_file(const std::string& path);

    // Returns the lines about a host, in order. host is the address as in the inventory.
    [[nodiscard]] HostLines about(std::string_view host, std::uint16_t port) const;

    [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }

    [[nodiscard]] std::size_t unreadable() const noexcept { return unreadable_; }

    // Returns how many lines each look-up compares; the others cost nothing, however many.
    [[nodiscard]] std::size_t compared() const noexcept { return index_.compared(); }

private:
    [[nodiscard]] std::vector<const KnownHost*> naming(std::string_view name) const;

    std::vector<KnownHost> lines_;
    NameIndex index_; // of lines_
    std::size_t unreadable_ = 0;
};

// Judges a key by lines of one kind. blob: the key that the host served.
KeyJudgement judge_key(std::span<const KnownHost* const> lines, std::string_view blob);

// Judges a key as OpenSSH does: lines without the port can trust a key that those with the port do
// not speak of. They never contradict it: another port may be another server.
KeyJudgement judge_host(const HostLines& lines, std::string_view blob);

// Returns the first string of a public key in wire format: "ssh-ed25519"; empty when it has none.
std::string_view key_type(std::string_view blob);

// Returns the key's hash as ssh prints it: "SHA256:" and Base64 without padding.
std::string fingerprint(std::string_view blob);

// Returns the same of a SHA-256 in hex; empty when it is none.
std::string fingerprint_of_hex(std::string_view sha256);

} // namespace rdpsweep::ssh
