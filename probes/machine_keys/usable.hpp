// Whether a key file that is there can hold the key, and whether Windows said that it could not use
// it.
#pragma once

#include "core/facts.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace rdpsweep {

// Returns the bytes that the key of Windows' own certificate has at least: those of its modulus, or
// 1 where the certificate does not tell. A file with fewer holds no such key.
std::uint64_t bytes_of_key(const Facts& facts);

struct RefusedKey {
    std::string code;    // "0x8009000b NTE_BAD_KEY_STATE"
    std::string pointer; // "/evt/3"
};

// Returns Schannel's 36870 of our own handshake where neither rights nor certificate explain it:
// RDP uses Windows' own certificate, which names this file, and TermService may read the file, or
// the code says that the key cannot be decrypted.
std::optional<RefusedKey> refused_key(const Facts& facts, const KeyFile& file);

} // namespace rdpsweep
