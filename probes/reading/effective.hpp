// Which protocols Schannel offers as a server: the registry's overrides on top of each release's
// defaults.
#pragma once

#include "core/facts.hpp"

#include <cstdint>
#include <string_view>

namespace rdpsweep {

enum class TlsVersion : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

enum class Offer : std::uint8_t {
    off,
    on,
    by_request_only, // DisabledByDefault: for programs that ask for it by name
    unread,          // a value could not be read or is no REG_DWORD
    unspecified,     // the release's default is not known (1.0 and 1.1 on Server 2025)
};

// Returns the registry's name: "TLS 1.2".
std::string_view registry_name(TlsVersion version) noexcept;

// Tells what a server offers. Enabled is any non-zero number (hardening tools write 0xffffffff); a
// missing key or value is the release's default (Microsoft, "Protocols in TLS/SSL"). An unknown
// build counts as 2012 to 2019.
Offer server_offer(const Facts& facts, TlsVersion version) noexcept;

// Tells whether a server may end up speaking it: anything but off.
bool possible(Offer offer) noexcept;

// Returns "on by default", "off (Enabled=0)", "Enabled has registry type 1" and the like.
std::string describe_offer(const Facts& facts, TlsVersion version);

} // namespace rdpsweep
