// Numbers in the bytes of RDP's and TLS's packets; the caller has checked that they are there.
#pragma once

#include <cstddef>
#include <string_view>

namespace rdpsweep::rdp {

inline unsigned octet(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

// Reads a number that is big-endian, as TLS and TPKT have it.
inline unsigned word(std::string_view bytes, std::size_t at) {
    return octet(bytes, at) << 8 | octet(bytes, at + 1);
}

} // namespace rdpsweep::rdp
