// Handshakes that we made ourselves, put into a facts/1 document next to what the VM said.
#pragma once

#include "core/facts.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Returns the handshakes as a list in JSON, elements of /hs; one line of ASCII.
std::string handshake_list(const std::vector<HandshakeFacts>& handshakes);

// Returns document, which was read before, with the elements of ours after the handshakes it made
// as guest, or a document of nothing else when it is empty. What a VM says of handshakes from
// outside is not believed. Error{decode, malformed_output} when document is no JSON object.
Result<std::string> with_handshakes(std::string document, std::string_view ours);

// Returns document with the certificate that the inventory knows RDP to serve, or without one where
// thumbprint is empty; what a VM says of it is not believed. ASCII. The same error.
Result<std::string> with_inventory(std::string_view document, const std::string& thumbprint);

} // namespace rdpsweep
