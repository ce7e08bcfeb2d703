// Counts from the first address of a network or range to its last.
#include "scanner/inventory/address_range.hpp"

#include "core/asio.hpp"
#include "scanner/inventory/endpoint.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace rdpsweep {

namespace {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

// An address as a number; of IPv6 the lower half counts, and the upper one stays.
struct Bounds {
    address first;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

std::uint64_t lower_half(const address& at) {
    if (at.is_v4()) return at.to_v4().to_uint();
    std::uint64_t value = 0;
    const auto bytes = at.to_v6().to_bytes();
    for (std::size_t i = 8; i < bytes.size(); ++i)
        value = value << 8 | bytes[i];
    return value;
}

address with_lower_half(const address& first, std::uint64_t value) {
    if (first.is_v4()) return address_v4(static_cast<address_v4::uint_type>(value));
    auto bytes = first.to_v6().to_bytes();
    for (std::size_t i = bytes.size(); i-- > 8; value >>= 8)
        bytes[i] = static_cast<unsigned char>(value & 0xff);
    return address_v6(bytes);
}

std::string grouped(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return text;
}

std::optional<address> read_address(std::string_view text) {
    boost::system::error_code wrong;
    const auto at = asio::ip::make_address(std::string(text), wrong);
    if (wrong || text.find('%') != std::string_view::npos) return {};
    return at;
}

std::optional<unsigned> read_number(std::string_view text, unsigned most) {
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || value > most) return {};
    return value;
}

// Reads what stands behind the address of a network: its length.
std::optional<Bounds> read_network(const address& at, std::string_view length) {
    const unsigned bits = at.is_v4() ? 32 : 128;
    const auto prefix = read_number(length, bits);
    if (!prefix) return {};
    const unsigned free = bits - *prefix;
    Bounds bounds{at, 0, UINT64_MAX};
    if (free >= 64) return bounds;
    const auto mask = (std::uint64_t{1} << free) - 1;
    bounds.from = lower_half(at) & ~mask;
    bounds.to = bounds.from | mask;
    // Nobody is at the addresses of the network and of broadcast.
    if (at.is_v4() && free >= 2) {
        ++bounds.from;
        --bounds.to;
    }
    return bounds;
}

// Reads the end of a range: an address, or the last number of one.
std::optional<Bounds> read_end(const address& first, std::string_view text) {
    Bounds bounds{first, lower_half(first), 0};
    if (const auto last = read_address(text)) {
        if (last->is_v4() != first.is_v4()) return {};
        bounds.to = lower_half(*last);
        if (with_lower_half(*last, bounds.from) != first) return {};
    } else {
        const auto number = first.is_v4() ? read_number(text, 255) : std::nullopt;
        if (!number) return {};
        bounds.to = (bounds.from & ~std::uint64_t{255}) | *number;
    }
    if (bounds.to < bounds.from) return {};
    return bounds;
}

// Takes ":5986" off the end, where it cannot be a part of an address of IPv6.
std::optional<std::uint16_t> split_port(std::string_view& text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.rfind(':') != colon) return {};
    const auto port = parse_port(text.substr(colon + 1));
    if (port) text = text.substr(0, colon);
    return port;
}

} // namespace

Complaint
read_address_range(std::string_view text, std::size_t room, std::optional<AddressRange>& range) {
    auto rest = text;
    AddressRange read;
    read.port = split_port(rest);
    const auto sign = rest.find_first_of("/-");
    if (sign == std::string_view::npos) return {};
    const auto first = read_address(rest.substr(0, sign));
    if (!first) return {};
    const auto behind = rest.substr(sign + 1);
    const bool network = rest[sign] == '/';
    const auto bounds = network ? read_network(*first, behind) : read_end(*first, behind);
    if (!bounds) {
        const auto* what = network ? " is no network" : " is no range of addresses";
        const auto* next =
            network ? "write 10.1.0.0/24" : "write 10.1.0.4-10.1.0.20 or 10.1.0.4-20";
        return Mistake{in_quotes(text) + what, next};
    }
    const auto more = bounds->to - bounds->from; // the count itself may be too large for a number
    if (more >= room) {
        const auto count = more == UINT64_MAX ? "more than " + grouped(more) : grouped(more + 1);
        return Mistake{
            in_quotes(text) + " stands for " + count +
                " addresses; networks and ranges may stand "
                "for " +
                grouped(most_addresses) + " in all",
            "name smaller networks, or find the hosts with: nmap -oX scan.xml -p 5985,5986,3389"};
    }
    for (std::uint64_t i = 0; i <= more; ++i)
        read.hosts.push_back(with_lower_half(bounds->first, bounds->from + i).to_string());
    range = std::move(read);
    return {};
}

} // namespace rdpsweep
