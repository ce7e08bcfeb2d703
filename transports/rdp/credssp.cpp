// Reads the NTLM challenge at its offsets, each of which the peer may have made up.
#include "transports/rdp/credssp.hpp"

#include "core/unicode.hpp"

#include <cstdint>

namespace rdpsweep::rdp {
namespace {

constexpr std::string_view signature{"NTLMSSP\0", 8};
constexpr std::uint32_t challenge_message = 2;
constexpr std::size_t type_at = 8;     // MS-NLMP 2.2.1.2
constexpr std::size_t target_at = 40;  // TargetInfoFields: length, maximum, offset
constexpr std::size_t version_at = 48; // major, minor, build
constexpr std::size_t least = 56;
constexpr std::size_t longest_name = 512; // bytes of UTF-16; a DNS name has 255 characters

// AvId, MS-NLMP 2.2.2.1.
constexpr std::uint16_t av_end = 0;
constexpr std::uint16_t av_computer = 1;
constexpr std::uint16_t av_domain = 2;
constexpr std::uint16_t av_dns_computer = 3;
constexpr std::uint16_t av_dns_domain = 4;
constexpr std::uint16_t av_time = 7;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

// Turns a FILETIME, 100 ns since 1601, into Unix seconds. Zero where it cannot be a time of ours.
std::int64_t unix_seconds(std::uint64_t filetime) {
    constexpr std::uint64_t per_second = 10'000'000;
    constexpr std::uint64_t epoch = 11'644'473'600; // seconds from 1601 to 1970
    const auto seconds = filetime / per_second;
    constexpr std::uint64_t last = epoch + 253'402'300'799; // 9999-12-31
    return seconds <= epoch || seconds > last ? 0 : static_cast<std::int64_t>(seconds - epoch);
}

std::string name(std::string_view utf16) {
    return utf16le_to_utf8(utf16.substr(0, longest_name));
}

// Returns true when the list ended as it should.
bool read_pairs(std::string_view pairs, NlaFacts& facts) {
    while (pairs.size() >= 4) {
        const auto id = static_cast<std::uint16_t>(number(pairs, 0, 2));
        const auto length = static_cast<std::size_t>(number(pairs, 2, 2));
        if (id == av_end) return true;
        if (pairs.size() < 4 + length) return false;
        const auto value = pairs.substr(4, length);
        if (id == av_computer) facts.computer = name(value);
        if (id == av_domain) facts.domain = name(value);
        if (id == av_dns_computer) facts.dns_computer = name(value);
        if (id == av_dns_domain) facts.dns_domain = name(value);
        if (id == av_time && length == 8) facts.utc = unix_seconds(number(value, 0, 8));
        pairs.remove_prefix(4 + length);
    }
    return false;
}

} // namespace

std::string challenge_request() {
    // TSRequest { version 6, negoTokens { { token } } }, then NEGOTIATE_MESSAGE with its flags, two
    // empty fields and VERSION 10.0.
    constexpr std::string_view wrapping{
        "\x30\x37\xa0\x03\x02\x01\x06\xa1\x30\x30\x2e\x30\x2c\xa0\x2a\x04\x28", 17};
    constexpr std::string_view negotiate{
        "NTLMSSP\0\x01\0\0\0\x97\x82\x08\xe2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\x0a\0\x63\x45\0\0\0\x0f",
        40};
    return std::string(wrapping).append(negotiate);
}

std::optional<NlaFacts> read_challenge(std::string_view bytes) {
    const auto begin = bytes.find(signature);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto message = bytes.substr(begin);
    if (message.size() < least || number(message, type_at, 4) != challenge_message) return {};
    const auto length = static_cast<std::size_t>(number(message, target_at, 2));
    const auto offset = static_cast<std::size_t>(number(message, target_at + 4, 4));
    if (offset > message.size() || length > message.size() - offset) return std::nullopt;
    NlaFacts facts;
    facts.build = static_cast<std::uint32_t>(number(message, version_at + 2, 2));
    if (!read_pairs(message.substr(offset, length), facts)) return std::nullopt;
    return facts;
}

} // namespace rdpsweep::rdp
