// What a server with Network Level Authentication tells before anybody has logged on: the NTLM
// challenge in the first leg of CredSSP (MS-CSSP 2.2.1, MS-NLMP 2.2.1.1, 2.2.1.2). No logon is
// attempted: the exchange ends with the challenge.
#pragma once

#include "core/facts.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep::rdp {

// Returns a TSRequest with a bare NTLM NEGOTIATE_MESSAGE, 57 bytes.
std::string challenge_request();

// How much of an answer is worth reading: a challenge has a few hundred bytes.
inline constexpr std::size_t longest_challenge = 8192;

// Returns the names, the build and the clock in a challenge, wherever it stands in bytes; nothing
// when there is none or it is malformed. Texts come from the peer: bounded, UTF-8.
std::optional<NlaFacts> read_challenge(std::string_view bytes);

} // namespace rdpsweep::rdp
