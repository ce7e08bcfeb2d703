// Names for bytes: checksums of given bytes, and random names that are unique.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

// Returns the CRC-32 (IEEE 802.3, the one of zlib).
std::uint32_t crc32(std::string_view bytes) noexcept;

// Returns the lower-case hex of the SHA-256.
std::string sha256_hex(std::string_view bytes);

// Returns 128 random bits as lower-case hex, from the operating system.
std::string random_hex128();

// Returns an upper-case GUID, version 4.
std::string random_guid();

} // namespace rdpsweep
