// The lean framing, for ways that are narrow or keep only the end of what a script prints:
//   #<row, 3 digits><characters of Base64><Fletcher-16 of row and characters, 4 hex>
//   ...
//   #= <rows> <bytes of JSON> <first 16 hex digits of its SHA-256> <nonce>
// The Base64 of all rows is the deflated JSON: 56 characters a row, so that no line is longer than
// 64 columns, or 1,000 where there are no columns ("most" in the collector's arguments).
#pragma once

#include "core/result.hpp"
#include "probes/collect/frame.hpp"

#include <string_view>

namespace rdpsweep {

// Tells whether output holds a last row of this framing, with any nonce.
bool holds_lean_rows(std::string_view output);

// Finds the document behind the rows whose last one has this nonce. Lines that are no rows are
// noise. Failures as of find_frame(); "truncated" also when rows are missing or damaged.
Result<Frame> find_lean_frame(std::string_view output, std::string_view nonce);

} // namespace rdpsweep
