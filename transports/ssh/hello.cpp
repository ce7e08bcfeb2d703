// Reads the version line and the offer, and names the kind of algorithm that the two sides have not
// in common.
#include "transports/ssh/hello.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"
#include "transports/ssh/wire.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

constexpr std::uint8_t message_kexinit = 20; // RFC 4253 section 12
constexpr std::size_t most_names = 64;

using Names = std::vector<std::string>;

std::optional<Names> read_names(WireReader& reader) {
    const auto list = reader.text();
    if (!list) return {};
    auto names = split(*list, ',');
    if (names.size() > most_names) names.resize(most_names);
    return names;
}

// Reads the ten lists of a KEXINIT; six of them matter.
bool read_offer(std::string_view payload, Offer& offer) {
    WireReader reader(payload);
    if (reader.byte() != message_kexinit || !reader.skip(16)) return false;
    auto kex = read_names(reader);
    auto host_keys = read_names(reader);
    const auto to_server = read_names(reader);
    auto ciphers = read_names(reader);
    const auto macs_to_server = read_names(reader);
    auto macs = read_names(reader);
    if (!macs) return false;
    offer = Offer{std::move(*kex), std::move(*host_keys), std::move(*ciphers), std::move(*macs)};
    return true;
}

bool contains(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool any_common(std::string_view ours, const Names& theirs) {
    const auto names = split(ours, ',');
    return std::any_of(names.begin(), names.end(), [&](const auto& name) {
        return contains(theirs, name);
    });
}

std::string listed(const Names& names) {
    return foreign_text(join(names, ","), 300);
}

Disagreement no_common(std::string_view kind, std::string_view ours, const Names& theirs) {
    return Disagreement{
        "no common " + std::string(kind) + ": the host offers " + listed(theirs) + "; rdpsweep " +
            std::string(ours),
        "update OpenSSH on the host, or enable one of rdpsweep's in its sshd_config"};
}

} // namespace

Hello read_hello(std::string_view bytes) {
    Hello hello;
    for (;;) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) return hello;
        const auto line = trim(bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
        if (line.starts_with("SSH-")) {
            hello.version = foreign_text(line, 255); // its limit, RFC 4253 section 4.2
            break;
        }
        ++hello.before;
    }
    WireReader reader(bytes);
    const auto length = reader.number();
    const auto padding = reader.byte();
    // The packet may be cut off; its lists come first.
    if (!length || !padding || bytes.size() < 6) return hello;
    hello.offered = read_offer(bytes.substr(5), hello.offer);
    return hello;
}

Disagreement explain_disagreement(const Offer& theirs) {
    if (!any_common(ours::kex, theirs.kex)) {
        return no_common("key exchange", ours::kex, theirs.kex);
    }
    const bool rsa_sha2 =
        contains(theirs.host_keys, "rsa-sha2-512") || contains(theirs.host_keys, "rsa-sha2-256");
    if (!any_common(ours::host_keys, theirs.host_keys) && rsa_sha2) {
        return Disagreement{
            "the host has an RSA key only (" + listed(theirs.host_keys) +
                "), and libssh2 1.10 knows RSA with SHA-1 (ssh-rsa) only, which the host refuses",
            "give the host an ed25519 or ECDSA key: ssh-keygen -A, then restart sshd"};
    }
    if (!any_common(ours::host_keys, theirs.host_keys)) {
        return no_common("host key type", ours::host_keys, theirs.host_keys);
    }
    if (!any_common(ours::ciphers, theirs.ciphers)) {
        return no_common("cipher", ours::ciphers, theirs.ciphers);
    }
    if (!any_common(ours::macs, theirs.macs)) {
        return no_common("MAC", ours::macs, theirs.macs);
    }
    return {};
}

} // namespace rdpsweep::ssh
