// Writes and reads the packets by hand, so that no code of the client is held against itself.
#include "tests/simfleet/rdp/rdp_wire.hpp"

#include "core/digest.hpp"
#include "core/unicode.hpp"

namespace simfleet {

std::string le(std::uint64_t value, unsigned width) {
    std::string bytes;
    for (unsigned i = 0; i < width; ++i)
        bytes += static_cast<char>(value >> (8 * i) & 0xff);
    return bytes;
}

namespace {

// DER: tag, length, content (ITU-T X.690 section 8.1.3).
std::string der(char tag, const std::string& content) {
    std::string bytes(1, tag);
    const auto size = content.size();
    if (size < 0x80) {
        bytes += static_cast<char>(size);
    } else {
        bytes += '\x82';
        bytes += static_cast<char>(size >> 8);
        bytes += static_cast<char>(size & 0xff);
    }
    return bytes + content;
}

std::string confirm(char type, std::uint8_t flags, std::uint32_t value) {
    std::string bytes("\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00", 11);
    bytes += type;
    bytes += static_cast<char>(flags);
    return bytes + le(8, 2) + le(value, 4);
}

std::string pair(std::uint16_t id, const std::string& value) {
    return le(id, 2) + le(value.size(), 2) + value;
}

std::uint64_t filetime(std::int64_t unix_seconds) {
    constexpr std::uint64_t from_1601_to_1970 = 11'644'473'600;
    return (static_cast<std::uint64_t>(unix_seconds) + from_1601_to_1970) * 10'000'000;
}

std::string ntlm_challenge(const NtlmNames& names) {
    constexpr std::uint32_t payload_at = 56;
    // UNICODE, REQUEST_TARGET, NTLM, TARGET_TYPE_DOMAIN, EXTENDED_SESSIONSECURITY, TARGET_INFO,
    // VERSION, 128, 56 (MS-NLMP 2.2.2.5).
    constexpr std::uint32_t flags = 0xa2890205;
    const auto wide = [](const std::string& text) { return rdpsweep::utf8_to_utf16le(text); };
    const auto target = wide(names.domain);
    const auto info = pair(2, target) + pair(1, wide(names.computer)) +
                      pair(4, wide(names.dns_domain)) + pair(3, wide(names.dns_computer)) +
                      pair(7, le(filetime(names.utc), 8)) + pair(0, "");
    const auto field = [](std::size_t length, std::size_t offset) {
        return le(length, 2) + le(length, 2) + le(offset, 4);
    };
    std::string message("NTLMSSP\0", 8);
    message += le(2, 4) + field(target.size(), payload_at) + le(flags, 4);
    message += rdpsweep::random_hex128().substr(0, 8); // server challenge
    message += le(0, 8) + field(info.size(), payload_at + target.size());
    message += "\x0a" + std::string(1, '\0') + le(names.build, 2) + std::string("\0\0\0\x0f", 4);
    return message + target + info;
}

// Whether a whole TPKT packet is there, of so many bytes at least.
bool is_packet(std::string_view bytes, std::size_t least) {
    if (bytes.size() < least || bytes[0] != '\x03') return false;
    const auto length = static_cast<std::size_t>(
        static_cast<unsigned char>(bytes[2]) << 8 | static_cast<unsigned char>(bytes[3])
    );
    return bytes.size() >= length;
}

} // namespace

bool is_connection_request(std::string_view bytes) {
    return is_packet(bytes, 11) && (static_cast<unsigned char>(bytes[5]) & 0xf0) == 0xe0;
}

bool is_data(std::string_view bytes) {
    return is_packet(bytes, 7) && bytes.substr(4, 3) == std::string_view("\x02\xf0\x80", 3);
}

std::string connection_confirm(std::uint32_t protocol, std::uint8_t flags) {
    return confirm('\x02', flags, protocol);
}

std::string connection_refusal(std::uint32_t failure_code) {
    return confirm('\x03', 0, failure_code);
}

std::string bare_confirm() {
    return {"\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00", 11};
}

std::string tls_alert(std::uint32_t code) {
    return std::string("\x15\x03\x03\x00\x02\x02", 6) + static_cast<char>(code);
}

std::string credssp_refusal(std::uint32_t status) {
    std::string code; // the highest byte first, as DER has it
    for (int shift = 24; shift >= 0; shift -= 8)
        code += static_cast<char>(status >> shift & 0xff);
    const auto version = der('\xa0', der('\x02', "\x06"));
    return der('\x30', version + der('\xa4', der('\x02', code)));
}

std::string credssp_challenge(const NtlmNames& names) {
    const auto token = der('\xa0', der('\x04', ntlm_challenge(names)));
    const auto tokens = der('\xa1', der('\x30', der('\x30', token)));
    return der('\x30', der('\xa0', der('\x02', "\x06")) + tokens);
}

} // namespace simfleet
