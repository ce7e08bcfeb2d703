// Addresses as people write them: an IP, a DNS name, with or without a port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

struct Endpoint {
    std::string host; // as normal_address() gives it
    std::optional<std::uint16_t> port;
};

// Returns an IPv4 or IPv6 literal in its canonical form (brackets dropped), or a DNS name as
// written. Nothing when it is neither: blanks, slashes, schemes, labels over 63 bytes (RFC 1035
// 2.3.4).
std::optional<std::string> normal_address(std::string_view text);

// Reads "host", "host:port", "[v6]:port", "v6".
std::optional<Endpoint> parse_endpoint(std::string_view text);

// Reads 1-65535, decimal digits only.
std::optional<std::uint16_t> parse_port(std::string_view text);

} // namespace rdpsweep
