// Compares the lists kind by kind, in the order in which RFC 4253 section 7.1 settles them.
#include "transports/ssh/disagreement.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

// One kind of algorithm: its name, its keyword in sshd_config, and what each side has of it.
struct Kind {
    std::string_view name;
    std::string_view keyword;
    std::string_view usual; // of ours, what most servers know
    const Names& ours;
    const Names& theirs;
    const Names& newer; // of Debian 13's library
};

bool any_common(const Names& ours, const Names& theirs) {
    return std::any_of(ours.begin(), ours.end(), [&](const auto& name) {
        return contains(theirs, name);
    });
}

std::string listed(const Names& names) {
    return foreign_text(join(names, ","), 300);
}

bool is_certificate(std::string_view name) {
    return name.find("-cert-v0") != std::string_view::npos;
}

// Names that no libssh2 which we know of has, and that are newer than what it has.
bool is_beyond(std::string_view name) {
    return name.starts_with("sntrup") || name.starts_with("mlkem") || name.starts_with("sk-") ||
           name.starts_with("umac-") || is_certificate(name);
}

// The line that lets us in. sshd heeds the first line of a keyword only, so a second one does
// nothing.
std::string config_line(const Kind& kind) {
    const std::string keyword(kind.keyword);
    const std::string usual(kind.usual);
    return keyword + " +" + usual + " in the host's sshd_config (in place of its " + keyword +
           " line; or append ," + usual + " to that line)";
}

std::string newer_package() {
    return "Debian 13's libssh2 " + debian_13().version + " (package libssh2-1t64)";
}

std::string hint_for(const Kind& kind, const std::string& version) {
    const bool newer = any_common(kind.newer, kind.theirs);
    const bool beyond = std::any_of(kind.theirs.begin(), kind.theirs.end(), is_beyond);
    const auto line = config_line(kind);
    if (newer) {
        return "rdpsweep is the older side: its libssh2 " + version + " has none of these, " +
               newer_package() + " has: run rdpsweep there, or set " + line;
    }
    if (beyond) {
        return "rdpsweep is the older side: libssh2 has none of these, up to " +
               debian_13().version + " of Debian 13: set " + line;
    }
    return "the host is the older side: update its SSH server, or set " + line;
}

Disagreement no_common(const Kind& kind, const std::string& version) {
    return Disagreement{
        "no common " + std::string(kind.name) + ": the host offers " + listed(kind.theirs) +
            "; rdpsweep " + listed(kind.ours),
        hint_for(kind, version)};
}

Disagreement rsa_only(const Algorithms& ours, const Names& theirs) {
    return Disagreement{
        "the host has an RSA key only (" + listed(theirs) + "), and libssh2 " + ours.version +
            " knows RSA with SHA-1 (ssh-rsa) only, which the host refuses",
        "rdpsweep is the older side: " + newer_package() +
            " has rsa-sha2-512: run rdpsweep there, or give the host an ed25519 or ECDSA key "
            "(ssh-keygen -A, then restart sshd), or set HostKeyAlgorithms +ssh-rsa in its "
            "sshd_config"};
}

Disagreement certificates_only(const Names& theirs) {
    return Disagreement{
        "no common host key type: the host offers certificates only (" + listed(theirs) +
            "), which no libssh2 can check",
        "set HostKeyAlgorithms +ssh-ed25519 in the host's sshd_config (in place of its "
        "HostKeyAlgorithms line; or append ,ssh-ed25519 to that line)"};
}

Disagreement compression(const Names& theirs) {
    return Disagreement{
        "no common compression: the host demands it (" + listed(theirs) +
            "), and rdpsweep speaks SSH uncompressed only",
        "let the host's SSH server accept none as well (Compression no in sshd_config)"};
}

bool is_compressed(const Names& names) {
    return !names.empty() && !contains(names, "none");
}

// The MAC goes unused beside a cipher that authenticates by itself: the first of ours that the host
// has is the one agreed on.
bool needs_mac(const Names& ours, const Names& theirs) {
    const auto agreed = std::find_if(ours.begin(), ours.end(), [&](const auto& name) {
        return contains(theirs, name);
    });
    return agreed != ours.end() && !authenticates(*agreed);
}

} // namespace

Disagreement explain_disagreement(const Algorithms& ours, const Offer& theirs) {
    const auto& newer = debian_13();
    const auto refused = [&](const Kind& kind) { return no_common(kind, ours.version); };
    if (!any_common(ours.kex, theirs.kex))
        return refused(
            {"key exchange", "KexAlgorithms", "curve25519-sha256", ours.kex, theirs.kex, newer.kex}
        );
    if (!any_common(ours.host_keys, theirs.host_keys)) {
        const auto& keys = theirs.host_keys;
        const bool rsa_sha2 = contains(keys, "rsa-sha2-512") || contains(keys, "rsa-sha2-256");
        if (rsa_sha2) return rsa_only(ours, keys);
        if (!keys.empty() && std::all_of(keys.begin(), keys.end(), is_certificate))
            return certificates_only(keys);
        return refused(
            {"host key type",
             "HostKeyAlgorithms",
             "ssh-ed25519",
             ours.host_keys,
             keys,
             newer.host_keys}
        );
    }
    for (const auto* const list : {&theirs.ciphers_out, &theirs.ciphers_in}) {
        if (!any_common(ours.ciphers, *list))
            return refused({"cipher", "Ciphers", "aes256-ctr", ours.ciphers, *list, newer.ciphers});
    }
    for (const auto& [ciphers, macs] :
         {std::pair(&theirs.ciphers_out, &theirs.macs_out),
          std::pair(&theirs.ciphers_in, &theirs.macs_in)}) {
        if (needs_mac(ours.ciphers, *ciphers) && !any_common(ours.macs, *macs))
            return refused({"MAC", "MACs", "hmac-sha2-256", ours.macs, *macs, newer.macs});
    }
    for (const auto* const list : {&theirs.compression_out, &theirs.compression_in})
        if (is_compressed(*list)) return compression(*list);
    return {};
}

} // namespace rdpsweep::ssh
