// Takes the living secrets out of a text by others, in whatever form they may be in it.
#pragma once

#include "core/secret_index.hpp"

#include <string>
#include <string_view>

namespace rdpsweep {

// Returns text with "[redacted]" for each secret of the index, or a note that it is withheld.
// The text is read as it is, and decoded once and twice in each way that core/decoded.hpp knows;
// escapes may also be nested up to four times. Time is linear in the text.
std::string redact_with(const SecretIndex& secrets, std::string_view text);

// Tells whether a secret stands in a JSON document of one line in clear, in UTF-16 or escaped as in
// JSON: two passes at most, where redact_with() takes dozens.
bool holds_plainly(const SecretIndex& secrets, std::string_view json);

} // namespace rdpsweep
