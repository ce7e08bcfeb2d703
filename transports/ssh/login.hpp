// Proving who we are to an SSH server: agent, key, keyboard-interactive, password, in this order.
#pragma once

#include "core/secret.hpp"
#include "transports/ssh/link.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rdpsweep::ssh {

struct LoginOptions {
    std::string user;
    std::string agent_path;        // SSH_AUTH_SOCK; empty: no agent
    bool may_send_password = true; // false: the host refused it over another transport
};

// Logs in. What was offered and what was refused stand in the attempt's notes or in the error.
// A password is shown once, whatever the methods: each refusal counts towards a lock-out.
class Login {
public:
    // All of them must outlive it.
    Login(Link& link, const Credential& credential, LoginOptions options, Attempt& attempt);

    // Logs in. Error{authenticate, ...}; access_denied when the host refused all that there is;
    // blocked_by_policy when it wants more than that: a second factor, a new password.
    Task<Status> run(HostDeadline& deadline);

    // Tells whether the host was shown the password, or anything else that proves who we are. A
    // refusal of nothing says nothing of the credential.
    [[nodiscard]] bool password_shown() const noexcept { return password_shown_; }

    [[nodiscard]] bool proof_shown() const noexcept { return password_shown_ || key_shown_; }

private:
    enum class Answer : std::uint8_t { accepted, refused, broken };

    Task<Answer> list_methods(HostDeadline& deadline);
    Task<Answer> try_agent(HostDeadline& deadline);
    Task<Answer> try_agent_key(std::string blob, HostDeadline& deadline);
    Task<Answer> try_key(HostDeadline& deadline);
    Task<Answer> try_interactive(HostDeadline& deadline);
    Task<Answer> try_password(HostDeadline& deadline);
    Answer judge(int code, const std::string& method);
    [[nodiscard]] bool offers(std::string_view method) const;
    [[nodiscard]] Error refusal() const;
    Task<Answer> ask_again(HostDeadline& deadline);
    Task<Answer> prove_all(HostDeadline& deadline);

    Link& link_;
    const Credential& credential_;
    LoginOptions options_;
    Attempt& attempt_;
    std::vector<std::string> offered_;
    std::vector<std::string> refused_;
    std::string accepted_;
    std::optional<Error> reason_; // of a failure that is no refusal of what was shown
    bool rsa_refused_ = false;
    bool password_shown_ = false;
    bool key_shown_ = false; // the agent's or the credential's
};

} // namespace rdpsweep::ssh
