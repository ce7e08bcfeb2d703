// Approvals of a plan: Ed25519 signatures (RFC 8032) over the bytes of its file, by people whose
// public keys are in a list.
#pragma once

#include "core/result.hpp"
#include "probes/fix/fix.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct Approver {
    std::string name;
    std::string key; // DER of the SubjectPublicKeyInfo (RFC 8410)
};

// Reads lines "NAME BASE64", the second being the one line between the marks of a PEM public key;
// '#' begins a comment. Error{config, malformed_output} names the line that is none, and a name
// that comes twice.
Result<std::vector<Approver>> read_approvers(std::string_view text);

// Returns the 64 bytes that `openssl pkeyutl -sign -rawin` gives as well. pem: a private key
// without a passphrase. Error{config, ...} for what is no Ed25519 key.
Result<std::string> sign_plan(std::string_view plan, const std::string& pem);

// Returns the names of those whose signature over plan is among signatures, each once.
std::vector<std::string> approved_by(
    std::string_view plan,
    const std::vector<std::string>& signatures,
    const std::vector<Approver>& approvers
);

// Returns how many distinct people have to approve: 0 for low risk, 1 for medium, 2 for high.
std::size_t approvals_needed(Risk risk) noexcept;

} // namespace rdpsweep
