// Which security an RDP listener agrees on with a client, from the listener's settings and from
// what the client asks for (MS-RDPBCGR 2.2.1.1.1, 2.2.1.2 and 3.3.5.3).
#pragma once

#include "tests/simfleet/windows/state.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace simfleet {

// requestedProtocols and selectedProtocol.
inline constexpr std::uint32_t standard_rdp = 0;
inline constexpr std::uint32_t ssl = 1;
inline constexpr std::uint32_t hybrid = 2;
inline constexpr std::uint32_t hybrid_ex = 8;

// failureCode of RDP_NEG_FAILURE, 2.2.1.2.2.
inline constexpr std::uint32_t ssl_required = 1;
inline constexpr std::uint32_t ssl_not_allowed = 2;
inline constexpr std::uint32_t hybrid_required = 5;

// What a policy or the listener's key says; a policy wins.
struct Levels {
    std::uint32_t layer = 1;      // SecurityLayer: 0 RDP's own, 1 negotiate, 2 TLS
    std::uint32_t nla = 1;        // UserAuthentication
    std::uint32_t encryption = 2; // MinEncryptionLevel: 1 low, 2 the client's, 3 high, 4 FIPS
    std::uint32_t build = 0;
};

Levels levels_of(const State& state);

// What a Connection Request asks for; without rdpNegReq a client knows RDP's own security alone.
struct Asked {
    bool negotiates = false;
    std::uint32_t protocols = standard_rdp;
};

Asked read_asked(std::string_view request);

struct Agreement {
    std::uint32_t selected = standard_rdp;
    std::optional<std::uint32_t> failure;
};

Agreement agree(const Levels& levels, const Asked& asked);

// The flags of RDP_NEG_RSP, 2.2.1.2.1, as nmap's service probes know them of Windows.
std::uint8_t response_flags(std::uint32_t build);

// The one method of 5.3.2 that is used with a client that offers those, or none.
std::optional<std::uint32_t> encryption_method(const Levels& levels, std::uint32_t offered);

} // namespace simfleet
