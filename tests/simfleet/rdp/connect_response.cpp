// Reads and writes the GCC conference blocks by hand; around them is the BER of T.125, as Windows
// writes it in the annotated example of MS-RDPBCGR 4.1.4.
#include "tests/simfleet/rdp/connect_response.hpp"

#include "core/digest.hpp"
#include "tests/simfleet/rdp/rdp_wire.hpp"

#include <algorithm>

namespace simfleet {
namespace {

std::uint32_t little(std::string_view bytes, std::size_t at, unsigned width) {
    std::uint32_t number = 0;
    for (unsigned i = width; i-- > 0;)
        number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

std::string ber(std::string_view tag, const std::string& content) {
    const char size[] = {
        '\x82',
        static_cast<char>(content.size() >> 8 & 0xff),
        static_cast<char>(content.size() & 0xff)};
    return std::string(tag) + std::string(size, sizeof size) + content;
}

std::string block(std::uint16_t type, const std::string& content) {
    return le(type, 2) + le(content.size() + 4, 2) + content;
}

std::string blocks(const ServerData& data) {
    auto security = le(data.method, 4) + le(data.level, 4);
    if (data.method != 0) {
        constexpr unsigned random_bytes = 32;
        security += le(random_bytes, 4) + le(0, 4) + rdpsweep::random_hex128();
    }
    constexpr unsigned first_channel = 1003;
    return block(0x0c01, le(data.version, 4) + le(data.requested, 4)) + block(0x0c02, security) +
           block(0x0c03, le(first_channel, 2) + le(0, 2));
}

} // namespace

std::uint32_t offered_methods(std::string_view connect_initial) {
    constexpr std::string_view key = "Duca"; // h221NonStandard, from the client
    const auto found = connect_initial.find(key);
    if (found == connect_initial.npos) return 0;
    auto rest = connect_initial.substr(found + key.size());
    if (rest.empty()) return 0;
    rest.remove_prefix(std::min<std::size_t>(rest.size(), (rest[0] & 0x80) != 0 ? 2 : 1));
    while (rest.size() >= 4) {
        const auto size = little(rest, 2, 2);
        if (size < 4 || size > rest.size()) return 0;
        if (little(rest, 0, 2) == 0xc002 && size >= 8) return little(rest, 4, 4);
        rest.remove_prefix(size);
    }
    return 0;
}

std::string connect_response(const ServerData& data) {
    const auto user = blocks(data);
    // The object {0 0 20 124 0 1}, a length that nobody reads, ConferenceCreateResponse with one
    // user, and the key "McDn".
    const std::string gcc(
        "\x00\x05\x00\x14\x7c\x00\x01\x2a\x14\x76\x0a\x01\x01\x00\x01\xc0\x00McDn", 21
    );
    const std::string domain(
        "\x30\x19\x02\x01\x22\x02\x01\x03\x02\x01\x00\x02\x01\x01\x02\x01\x00\x02\x01\x01"
        "\x02\x02\xff\xf8\x02\x01\x02",
        27
    );
    const std::string result("\x0a\x01\x00\x02\x01\x00", 6);
    const auto conference = gcc + static_cast<char>(user.size()) + user; // below 128: one byte
    const auto mcs = ber("\x7f\x66", result + domain + ber("\x04", conference));
    const auto total = mcs.size() + 7;
    std::string packet("\x03\x00", 2);
    packet += static_cast<char>(total >> 8);
    packet += static_cast<char>(total & 0xff);
    return packet + std::string("\x02\xf0\x80", 3) + mcs;
}

std::uint32_t protocol_version(std::uint32_t build) {
    constexpr std::uint32_t rdp_5_to_8 = 0x00080004;
    if (build >= 17763) return 0x0008000b; // 10.6; of later builds no answer is known to us
    return build >= 14393 ? 0x00080007 : rdp_5_to_8;
}

} // namespace simfleet
