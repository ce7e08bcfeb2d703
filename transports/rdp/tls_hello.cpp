// Reads records by hand, since OpenSSL does not show a ServerHello that it refuses.
#include "transports/rdp/tls_hello.hpp"

#include "transports/rdp/octets.hpp"

#include <algorithm>

namespace rdpsweep::rdp {
namespace {

constexpr std::size_t kept = 512; // a ServerHello is about 100 bytes
constexpr std::size_t shown = 16;
constexpr std::size_t record_header = 5; // type, version, length
constexpr unsigned alert_record = 21;
constexpr unsigned handshake_record = 22;
constexpr unsigned server_hello = 2;
constexpr unsigned supported_versions = 43; // extension, RFC 8446 4.2.1

std::string version_name(unsigned version) {
    switch (version) {
    case 0x0301:
        return "1.0";
    case 0x0302:
        return "1.1";
    case 0x0303:
        return "1.2";
    case 0x0304:
        return "1.3";
    default:
        return {};
    }
}

// Tells whether it is a TLS record of a known type whose version is 3.x.
bool is_record(std::string_view bytes) {
    if (bytes.empty()) return false;
    const unsigned type = octet(bytes, 0);
    return type >= 20 && type <= 23 && (bytes.size() < 2 || octet(bytes, 1) == 3);
}

// Returns the version in the extension supported_versions, which overrides the field; 0 when there
// is none.
unsigned chosen_version(std::string_view extensions) {
    while (extensions.size() >= 4) {
        const unsigned length = word(extensions, 2);
        if (word(extensions, 0) == supported_versions && length == 2 && extensions.size() >= 6) {
            return word(extensions, 4);
        }
        if (extensions.size() < 4 + std::size_t{length}) return 0;
        extensions.remove_prefix(4 + std::size_t{length});
    }
    return 0;
}

// Reads a ServerHello: type, length (3), version (2), random (32), session id (1 + n), suite (2),
// compression (1), extensions (2 + n).
unsigned hello_version(std::string_view body) {
    if (body.size() < 39 || octet(body, 0) != server_hello) return 0;
    const unsigned field = word(body, 4);
    const std::size_t after_session = 39 + std::size_t{octet(body, 38)};
    const std::size_t extensions = after_session + 5;
    if (body.size() <= extensions) return field;
    const unsigned chosen = chosen_version(body.substr(extensions));
    return chosen != 0 ? chosen : field;
}

} // namespace

void TlsHello::feed(std::string_view bytes) {
    received_ += bytes.size();
    seen_.append(bytes.substr(0, kept - std::min(kept, seen_.size())));
}

std::string_view TlsHello::first() const noexcept {
    return std::string_view(seen_).substr(0, shown);
}

std::optional<std::uint8_t> TlsHello::alert() const {
    const bool whole = seen_.size() >= record_header + 2 && octet(seen_, 0) == alert_record &&
                       is_record(seen_) && word(seen_, 3) == 2;
    if (!whole) return std::nullopt;
    return static_cast<std::uint8_t>(octet(seen_, record_header + 1));
}

std::string TlsHello::version() const {
    if (!is_record(seen_) || octet(seen_, 0) != handshake_record) return {};
    if (seen_.size() <= record_header) return {};
    return version_name(hello_version(std::string_view(seen_).substr(record_header)));
}

bool TlsHello::foreign() const {
    return !seen_.empty() && !is_record(seen_);
}

} // namespace rdpsweep::rdp
