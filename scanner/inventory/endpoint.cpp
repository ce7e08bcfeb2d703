// Reads addresses and ports as users write them.
#include "scanner/inventory/endpoint.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace rdpsweep {

namespace {

bool is_alnum(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Underscores are not host names by RFC 952, but Windows has always allowed them.
bool is_label(std::string_view label) noexcept {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
        return false;
    }
    return std::all_of(label.begin(), label.end(), [](char c) {
        return is_alnum(c) || c == '-' || c == '_';
    });
}

bool is_dns_name(std::string_view name) noexcept {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > 253) return false;
    // 10.1.0 or 10.1.0.256 is a mistyped address, never a name.
    if (name.find_first_not_of("0123456789.") == std::string_view::npos) return false;
    for (;;) {
        const auto dot = name.find('.');
        if (!is_label(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

template <class Address>
std::optional<std::string> canonical(int family, const std::string& text) {
    Address binary;
    char out[INET6_ADDRSTRLEN];
    // inet_pton would stop at a NUL and take what is before it.
    if (text.find('\0') != std::string::npos) return {};
    if (inet_pton(family, text.c_str(), &binary) != 1) return {};
    if (inet_ntop(family, &binary, out, sizeof out) == nullptr) return {};
    return std::string(out);
}

// fe80::1%eth0: the zone is kept as written.
std::optional<std::string> canonical_v6(std::string_view text) {
    const auto zone = text.find('%');
    auto address = canonical<in6_addr>(AF_INET6, std::string(text.substr(0, zone)));
    if (!address || zone == std::string_view::npos) return address;
    const auto name = text.substr(zone + 1);
    if (name.size() > 15 || !is_label(name)) return {}; // IFNAMSIZ - 1
    return *address + '%' + std::string(name);
}

} // namespace

std::optional<std::string> normal_address(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        return canonical_v6(text.substr(1, text.size() - 2));
    }
    if (text.find(':') != std::string_view::npos) return canonical_v6(text);
    if (auto v4 = canonical<in_addr>(AF_INET, std::string(text))) return v4;
    if (is_dns_name(text)) return std::string(text);
    return {};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint32_t port = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, port);
    if (parsed.ec != std::errc() || parsed.ptr != end || port == 0 || port > 65535) return {};
    return static_cast<std::uint16_t>(port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    const bool one_colon = colon != std::string_view::npos && text.find(':') == colon;
    const bool bracketed = text.starts_with('[') && colon != std::string_view::npos && colon > 0 &&
                           text[colon - 1] == ']';
    Endpoint endpoint;
    if (one_colon || bracketed) {
        endpoint.port = parse_port(text.substr(colon + 1));
        if (!endpoint.port) return {};
        text = text.substr(0, colon);
    }
    auto host = normal_address(text);
    if (!host) return {};
    endpoint.host = std::move(*host);
    return endpoint;
}

} // namespace rdpsweep
