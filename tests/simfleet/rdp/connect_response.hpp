// What a client without a logon learns of RDP's own encryption: it offers methods in an MCS Connect
// Initial, and the Connect Response says which one is used (MS-RDPBCGR 2.2.1.3 and 2.2.1.4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simfleet {

// encryptionMethods of TS_UD_CS_SEC, 2.2.1.3.3; 0 when there is no such block.
std::uint32_t offered_methods(std::string_view connect_initial);

struct ServerData {
    std::uint32_t version = 0;   // TS_UD_SC_CORE
    std::uint32_t requested = 0; // requestedProtocols, said back
    std::uint32_t method = 0;    // TS_UD_SC_SEC1
    std::uint32_t level = 0;
};

// A whole packet. The certificate for RDP's own encryption is empty: nobody here goes on to the
// exchange of keys.
std::string connect_response(const ServerData& data);

// The version that TS_UD_SC_CORE says of a build.
std::uint32_t protocol_version(std::uint32_t build);

} // namespace simfleet
