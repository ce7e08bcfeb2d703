// Names of the status codes that Windows logs when it cannot use a key.
#pragma once

#include <string>
#include <string_view>

namespace rdpsweep {

// Returns the code with its name in Windows' headers, "0x8009000b NTE_BAD_KEY_STATE", or the code
// alone. Case and leading zeros do not matter.
std::string named_status(std::string_view code);

// Tells whether it says that the key is there and cannot be decrypted (NTE_BAD_KEY_STATE).
bool is_bad_key_state(std::string_view code);

} // namespace rdpsweep
