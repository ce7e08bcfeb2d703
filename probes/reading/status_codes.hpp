// Status codes of events and of RDP's handshake, with their names and meanings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

// Returns the code with its name in Windows' headers, "0x8009000b NTE_BAD_KEY_STATE", or the code
// alone. Case and leading zeros do not matter; without "0x" eight digits are hexadecimal, and any
// other number of them decimal.
std::string named_status(std::string_view code);

// Returns the same and what it means: "0x8009000b NTE_BAD_KEY_STATE (the key is there and cannot be
// decrypted)".
std::string status_in_words(std::string_view code);

// Returns the code in the binary part of an event, four bytes with the lowest first: "0x5" of
// "05000000"; "" when it is anything else.
std::string status_of_binary(std::string_view hex_bytes);

// Tells whether it says that the key is there and cannot be decrypted (NTE_BAD_KEY_STATE).
bool is_bad_key_state(std::string_view code);

// Returns the reason of a refused negotiation with its name: "3 SSL_CERT_NOT_ON_SERVER".
std::string named_refusal(std::uint32_t code);

// Returns a TLS alert with its name: "40 handshake_failure".
std::string named_alert(std::uint32_t alert);

} // namespace rdpsweep
