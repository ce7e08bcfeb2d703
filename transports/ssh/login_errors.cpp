// Words them, with what to do about each.
#include "transports/ssh/login_errors.hpp"

#include "core/known_names.hpp"
#include "core/text.hpp"

#include <utility>

namespace rdpsweep::ssh {

Error wants_more(Wanted wanted) {
    const auto make = [](std::string what, const char* hint) {
        return Error(Phase::authenticate, Errc::blocked_by_policy, std::move(what)).with_hint(hint);
    };
    constexpr auto key_hint = "give the credential a key that needs no second factor (ssh_key or "
                              "agent), or exempt the account on the host";
    if (wanted == Wanted::new_password) {
        return make(
            "the password has expired: the host asks for a new one",
            "set a new password for the account; it is not a wrong one"
        );
    }
    if (wanted == Wanted::more) {
        return make(
            "after the password the host asks for something more, a second factor or a new "
            "password; that question got no answer",
            key_hint
        );
    }
    return make(
        "the host asks for a second factor, which rdpsweep does not have; that question got no "
        "answer",
        key_hint
    );
}

Error half_way(const std::string& accepted, const std::vector<std::string>& methods) {
    return Error(
               Phase::authenticate,
               Errc::blocked_by_policy,
               "the host accepted " + accepted +
                   " and asks for one more proof: " + known_names(methods, known_methods)
    )
        .with_hint("give the credential what AuthenticationMethods of its sshd_config asks for, or "
                   "exempt the account there");
}

Error refused_all(const std::vector<std::string>& offered, std::span<const std::string> refused) {
    std::string what = "the host offers " + known_names(offered, known_methods);
    what += refused.empty() ? "; the credential has nothing for it"
                            : "; refused: " + join(refused, ", ");
    return Error(Phase::authenticate, Errc::access_denied, std::move(what));
}

Error banner_too_long() {
    return Error(
               Phase::authenticate,
               Errc::output_limit,
               "the host's banner is longer than libssh2 takes, 40,000 bytes"
    )
        .with_hint("shorten the file that Banner names in the host's sshd_config");
}

} // namespace rdpsweep::ssh
