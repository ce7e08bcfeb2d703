// What libssh2 calls back during a logon: for answers, a new password, a signature. Only .cpp files
// include it.
#pragma once

#include <libssh2.h>

#include <cstddef>
#include <optional>
#include <string>

namespace rdpsweep::ssh {

// Gives the password of the session's Link once, to the one prompt that wants it. Anything else
// gets no answer: libssh2 cannot leave a question open, so the link is killed before it sends one.
LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(answer_prompts);

// Gives no new password: that an old one is expired is told by libssh2's code.
LIBSSH2_PASSWD_CHANGEREQ_FUNC(change_nothing);

// What libssh2 wants signed, and the agent's answer.
struct Signing {
    std::string data;
    std::optional<std::string> signature;
    bool wanted = false;
};

// Serves the signature of the Signing in abstract; LIBSSH2_ERROR_EAGAIN until there is one.
LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(on_sign);

} // namespace rdpsweep::ssh
