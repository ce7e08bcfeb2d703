// Reads from both ends: what lies between the known first and last bytes is the cipher text.
#include "tests/simfleet/winrm/sealed_body.hpp"

#include <charconv>
#include <cstdint>

namespace simfleet {

namespace {

constexpr std::string_view last_line = "--Encrypted Boundary--\r\n";

std::string description(std::string_view protocol) {
    return "--Encrypted Boundary\r\n\tContent-Type: " + std::string(protocol) +
           "\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=";
}

constexpr std::string_view octets =
    "\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n";

} // namespace

bool is_sealed(std::string_view content_type, std::string_view protocol) {
    return content_type == sealed_content_type(protocol);
}

std::string sealed_content_type(std::string_view protocol) {
    return "multipart/encrypted;protocol=\"" + std::string(protocol) +
           "\";boundary=\"Encrypted Boundary\"";
}

std::optional<SealedBody>
read_sealed_body(std::string_view body, std::string_view protocol, std::string& why) {
    const auto fail = [&why](const char* what) {
        why = what;
        return std::nullopt;
    };
    const auto first = description(protocol);
    if (!body.starts_with(first)) return fail("its first part is not that of MS-WSMV 2.2.9.1");
    if (!body.ends_with(last_line)) return fail("its last line is not the closing boundary");
    body.remove_prefix(first.size());
    body.remove_suffix(last_line.size());
    SealedBody sealed;
    const auto [end, error] = std::from_chars(body.begin(), body.end(), sealed.length);
    if (error != std::errc{}) return fail("its Length is no number");
    body.remove_prefix(static_cast<std::size_t>(end - body.begin()));
    if (!body.starts_with(octets)) return fail("its second part has another head");
    body.remove_prefix(octets.size());
    if (body.size() < 4) return fail("it has no signature length");
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
        size |= static_cast<std::uint32_t>(static_cast<unsigned char>(body[i])) << (8 * i);
    body.remove_prefix(4);
    if (size > body.size()) return fail("its signature is longer than the body");
    sealed.header = body.substr(0, size);
    sealed.data = body.substr(size);
    if (sealed.data.size() != sealed.length)
        return fail("its Length is not that of its cipher text");
    return sealed;
}

std::string write_sealed_body(const SealedBody& sealed, std::string_view protocol) {
    std::string body = description(protocol) + std::to_string(sealed.length);
    body += octets;
    for (std::size_t i = 0; i < 4; ++i)
        body += static_cast<char>(sealed.header.size() >> (8 * i) & 0xff);
    return body + sealed.header + sealed.data + std::string(last_line);
}

} // namespace simfleet
