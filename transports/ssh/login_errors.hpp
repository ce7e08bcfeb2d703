// Why a logon failed. Where nothing that was shown is wrong it is not access_denied, which counts
// towards a lock-out.
#pragma once

#include "core/error.hpp"
#include "transports/ssh/prompts.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::ssh {

// The methods that we name. Of what a host that refuses a logon says, nothing else is kept.
inline constexpr std::array<std::string_view, 7> known_methods{
    "publickey",
    "password",
    "keyboard-interactive",
    "hostbased",
    "gssapi-with-mic",
    "gssapi-keyex",
    "none"};

// Returns the Error for questions that got no answer. Error{authenticate, blocked_by_policy}.
Error wants_more(Wanted wanted);

// Returns the Error for a proof that was accepted where the host wants another one, by these
// methods. Error{authenticate, blocked_by_policy}.
Error half_way(const std::string& accepted, const std::vector<std::string>& methods);

// Returns the Error for a host that refused all that there is. Error{authenticate, access_denied}.
Error refused_all(const std::vector<std::string>& offered, std::span<const std::string> refused);

// For an RSA key that was refused, with a library that cannot sign as servers want it.
inline constexpr std::string_view rsa_hint =
    "libssh2 1.10 signs with RSA keys in SHA-1 (ssh-rsa) only, which OpenSSH 8.8 and later refuse: "
    "use an ed25519 or ECDSA key, or rdpsweep on Debian 13, whose libssh2 1.11.1 signs with SHA-2";

// Returns the Error for a message before the logon that libssh2 cannot take. Error{authenticate,
// output_limit}.
Error banner_too_long();

} // namespace rdpsweep::ssh
