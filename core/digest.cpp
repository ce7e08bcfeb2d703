// CRC-32 by zlib, SHA-256 and random names by OpenSSL, so that few files include those.
#include "core/digest.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <cstdlib>
#include <zlib.h>

namespace rdpsweep {

std::uint32_t crc32(std::string_view bytes) noexcept {
    return static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size())
    );
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return hex_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string random_hex128() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
    return hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string random_guid() {
    auto hex = random_hex128();
    hex[12] = '4';
    hex[16] = "89ab"[hex_value(hex[16]) & 3];
    hex = ascii_upper(hex);
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
           hex.substr(16, 4) + "-" + hex.substr(20);
}

} // namespace rdpsweep
