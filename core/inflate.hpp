// Unpacks deflated bytes of strangers, and packs our own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// Returns the bytes behind a raw deflate stream (RFC 1951, no zlib header). Nothing when it is
// damaged, cut short, followed by more bytes, or when it unpacks to more than limit bytes.
std::optional<std::string> inflate_raw(std::string_view packed, std::size_t limit);

// Returns bytes as a raw deflate stream, as small as zlib makes it.
std::string deflate_raw(std::string_view bytes);

} // namespace rdpsweep
