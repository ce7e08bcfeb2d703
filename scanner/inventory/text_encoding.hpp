// The door through which every text of an inventory comes: whatever Windows wrote it as, the
// readers see UTF-8.
#pragma once

#include "scanner/inventory/field_values.hpp"

#include <string>

namespace rdpsweep {

// Makes UTF-8 without a byte order mark of a text: of UTF-8 with one, and of UTF-16 of either byte
// order, with a mark or, as most of it is ASCII, without (PowerShell's `>`). Returns what is wrong
// with a text that ends in the middle of a character, or is UTF-32.
Complaint decode_text(std::string& text);

} // namespace rdpsweep
