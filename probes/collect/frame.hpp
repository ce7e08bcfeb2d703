// Finds the one line a collector says in everything a host printed:
//   RDPSWEEP1 <nonce> <length> <crc32> <ASCII JSON>
// or the rows that the lean profile prints instead (lean_rows.hpp).
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rdpsweep {

// How much of what a host printed around its frame is kept.
inline constexpr std::size_t max_noise_bytes = 4096;

struct Frame {
    std::string json;
    std::string noise; // what stood before and after it, at most max_noise_bytes; untrusted
};

// Finds the frame with this nonce in output, its length (decimal) and CRC-32 (8 hex digits, of the
// JSON bytes) verified. Every failure is Phase::decode, Errc::malformed_output; native() says
// which: "no-frame", "wrong-nonce", "truncated", "crc-mismatch", "hash-mismatch", "two-frames".
Result<Frame> find_frame(std::string_view output, std::string_view nonce);

} // namespace rdpsweep
