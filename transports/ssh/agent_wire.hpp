// Messages of the SSH agent (draft-miller-ssh-agent), without I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::ssh {

inline constexpr std::size_t agent_answer_bytes = 256u << 10; // OpenSSH's own limit

struct AgentKey {
    std::string blob;    // the public key in wire format
    std::string comment; // as the agent tells it
};

// Returns a whole message, with its length in front.
std::string agent_list_request();
std::string agent_sign_request(std::string_view blob, std::string_view data);

// Reads an answer (without its length): keys that libssh2 can use, ed25519 and ECDSA before RSA;
// nothing when it is no list.
std::optional<std::vector<AgentKey>> read_agent_keys(std::string_view answer);

// Returns the signature as libssh2 wants it: without the algorithm's name. Nothing when the agent
// refused.
std::optional<std::string> read_agent_signature(std::string_view answer);

} // namespace rdpsweep::ssh
