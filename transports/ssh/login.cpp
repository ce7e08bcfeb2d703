// Tries the methods that the host offers in order, and notes how each ended.
#include "transports/ssh/login.hpp"

#include "core/text.hpp"
#include "transports/ssh/agent.hpp"
#include "transports/ssh/callbacks.hpp"
#include "transports/ssh/known_hosts.hpp"
#include "transports/ssh/login_errors.hpp"
#include "transports/ssh/private_key.hpp"

#include <libssh2.h>

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

constexpr std::size_t most_agent_keys = 5; // sshd hangs up after MaxAuthTries, 6 by default
constexpr std::string_view keyboard_interactive = "keyboard-interactive";

unsigned int length_of(std::string_view text) {
    return static_cast<unsigned int>(text.size());
}

} // namespace

Login::Login(Link& link, const Credential& credential, LoginOptions options, Attempt& attempt)
    : link_(link), credential_(credential), options_(std::move(options)), attempt_(attempt) {}

bool Login::offers(std::string_view method) const {
    return std::find(offered_.begin(), offered_.end(), method) != offered_.end();
}

Login::Answer Login::judge(int code, const std::string& method) {
    if (code == 0) {
        accepted_ = method;
        return Answer::accepted;
    }
    const bool broken = link_.dead() || code == LIBSSH2_ERROR_SOCKET_DISCONNECT ||
                        code == LIBSSH2_ERROR_SOCKET_SEND || code == LIBSSH2_ERROR_SOCKET_RECV ||
                        code == LIBSSH2_ERROR_TIMEOUT;
    if (broken) return Answer::broken;
    refused_.push_back(method);
    return Answer::refused;
}

Task<Login::Answer> Login::list_methods(HostDeadline& deadline) {
    auto* const session = link_.session();
    const char* list = nullptr;
    const std::function<int()> step = [&] {
        list = libssh2_userauth_list(session, options_.user.c_str(), length_of(options_.user));
        if (list != nullptr || libssh2_userauth_authenticated(session) != 0) return 0;
        return libssh2_session_last_errno(session);
    };
    const int code = co_await link_.drive(step, deadline);
    ++attempt_.round_trips;
    if (code == LIBSSH2_ERROR_OUT_OF_BOUNDARY && offered_.empty()) reason_ = banner_too_long();
    if (code != 0) co_return Answer::broken;
    if (list == nullptr) co_return judge(0, "none");
    offered_ = split(list, ',');
    co_return Answer::refused;
}

// Finds out whether the proof that was just refused was accepted and is not enough: libssh2 calls
// both a refusal, but only then does the host ask for something else now. sshd counts the question
// as a try, so it comes last.
Task<Login::Answer> Login::ask_again(HostDeadline& deadline) {
    const auto before = offered_;
    const auto answer = co_await list_methods(deadline);
    if (answer == Answer::refused && offered_ != before)
        reason_ = half_way(refused_.back(), offered_);
    co_return answer;
}

Task<Login::Answer> Login::try_agent_key(std::string blob, HostDeadline& deadline) {
    Signing signing;
    Agent agent(options_.agent_path, link_.step());
    void* opaque = &signing;
    const std::function<int()> step = [&] {
        const int code = libssh2_userauth_publickey(
            link_.session(),
            options_.user.c_str(),
            reinterpret_cast<const unsigned char*>(blob.data()),
            blob.size(),
            on_sign,
            &opaque
        );
        // Not the socket but the agent is waited for: leave the loop.
        return code == LIBSSH2_ERROR_EAGAIN && signing.wanted && !signing.signature ? 1 : code;
    };
    int code = co_await link_.drive(step, deadline);
    if (code == 1) {
        auto signature = co_await agent.sign(blob, signing.data, deadline);
        // libssh2 is in the middle of a message and can neither go on nor begin another one.
        signing.signature = signature ? std::move(*signature) : std::string();
        code = co_await link_.drive(step, deadline);
    }
    attempt_.round_trips += 2;
    key_shown_ = true;
    const auto type = key_type(blob);
    if (code != 0 && type == "ssh-rsa") rsa_refused_ = true;
    co_return judge(code, "agent key " + std::string(type) + " " + fingerprint(blob));
}

Task<Login::Answer> Login::try_agent(HostDeadline& deadline) {
    if (!credential_.ssh.agent || !offers("publickey")) co_return Answer::refused;
    Agent agent(options_.agent_path, link_.step());
    auto keys = co_await agent.keys(deadline);
    if (!keys) {
        refused_.push_back("agent (" + std::string(keys.error().detail()) + ")");
        co_return Answer::refused;
    }
    if (keys->empty()) refused_.push_back("agent (it has no key)");
    for (std::size_t i = 0; i < std::min(keys->size(), most_agent_keys); ++i) {
        const auto answer = co_await try_agent_key((*keys)[i].blob, deadline);
        if (answer != Answer::refused) co_return answer;
    }
    co_return Answer::refused;
}

Task<Login::Answer> Login::try_key(HostDeadline& deadline) {
    if (!credential_.ssh.key || !offers("publickey")) co_return Answer::refused;
    const auto& key = *credential_.ssh.key;
    const std::string_view pem = key.pem.reveal();
    std::string passphrase(key.passphrase.reveal());
    const std::function<int()> step = [&] {
        return libssh2_userauth_publickey_frommemory(
            link_.session(),
            options_.user.c_str(),
            options_.user.size(),
            nullptr,
            0,
            pem.data(),
            pem.size(),
            passphrase.empty() ? nullptr : passphrase.c_str()
        );
    };
    const int code = co_await link_.drive(step, deadline);
    cleanse(passphrase);
    attempt_.round_trips += 2;
    const auto kind = read_key_kind(pem);
    const auto type = kind ? kind->type : std::string();
    if (code != 0 && type == "ssh-rsa") rsa_refused_ = true;
    std::string name = "key" + (type.empty() ? "" : " " + type);
    const bool unusable = code == LIBSSH2_ERROR_FILE || code == LIBSSH2_ERROR_METHOD_NONE;
    key_shown_ = key_shown_ || !unusable;
    if (unusable) name += " (libssh2 cannot read it, or its passphrase is wrong)";
    co_return judge(code, name);
}

Task<Login::Answer> Login::try_interactive(HostDeadline& deadline) {
    const auto* password = std::get_if<Password>(&credential_.proof);
    if (password == nullptr || !options_.may_send_password || !offers(keyboard_interactive)) {
        co_return Answer::refused;
    }
    Answers answers;
    answers.password = password->value.reveal();
    link_.answers = &answers;
    const std::function<int()> step = [&] {
        return libssh2_userauth_keyboard_interactive_ex(
            link_.session(), options_.user.c_str(), length_of(options_.user), answer_prompts
        );
    };
    const int code = co_await link_.drive(step, deadline);
    link_.answers = nullptr;
    attempt_.round_trips += 2;
    password_shown_ = answers.given;
    if (answers.unanswered == Wanted::again) {
        refused_.push_back(std::string(keyboard_interactive));
        reason_ = refusal();
    } else if (answers.unanswered != Wanted::nothing) {
        reason_ = wants_more(answers.unanswered);
    }
    co_return judge(code, std::string(keyboard_interactive));
}

Task<Login::Answer> Login::try_password(HostDeadline& deadline) {
    const auto* password = std::get_if<Password>(&credential_.proof);
    if (password == nullptr || !options_.may_send_password || password_shown_ ||
        !offers("password")) {
        co_return Answer::refused;
    }
    const auto text = password->value.reveal();
    const std::function<int()> step = [&] {
        return libssh2_userauth_password_ex(
            link_.session(),
            options_.user.c_str(),
            length_of(options_.user),
            text.data(),
            length_of(text),
            change_nothing
        );
    };
    password_shown_ = true;
    const int code = co_await link_.drive(step, deadline);
    ++attempt_.round_trips;
    if (code == LIBSSH2_ERROR_PASSWORD_EXPIRED) {
        reason_ = wants_more(Wanted::new_password);
        co_return Answer::broken;
    }
    co_return judge(code, "password");
}

Error Login::refusal() const {
    auto error = refused_all(offered_, refused_);
    if (rsa_refused_ && !link_.signs_rsa_sha2()) {
        return std::move(error).with_hint(std::string(rsa_hint));
    }
    if (options_.may_send_password) return error;
    return std::move(error).with_hint(
        "the password was not tried: the host refused it over another transport"
    );
}

// Tries keys, then the password; each may be the first half of what the host wants.
Task<Login::Answer> Login::prove_all(HostDeadline& deadline) {
    auto answer = co_await try_agent(deadline);
    if (answer == Answer::refused) answer = co_await try_key(deadline);
    if (answer != Answer::refused) co_return answer;
    const bool last = !offers("password") && !offers(keyboard_interactive);
    if (last && key_shown_) answer = co_await ask_again(deadline);
    if (answer == Answer::refused) answer = co_await try_interactive(deadline);
    if (answer == Answer::refused) answer = co_await try_password(deadline);
    if (answer != Answer::refused || !password_shown_) co_return answer;
    reason_.reset(); // a password was refused, whatever the key was good for
    (void)co_await ask_again(deadline);
    co_return Answer::refused;
}

Task<Status> Login::run(HostDeadline& deadline) {
    attempt_.enter(Phase::authenticate);
    auto answer = co_await list_methods(deadline);
    if (answer == Answer::refused) answer = co_await prove_all(deadline);
    if (answer != Answer::accepted && reason_) co_return *reason_;
    if (answer == Answer::broken) {
        auto error = link_.failure(Phase::authenticate, "during the logon", deadline);
        // sshd hangs up after too many tries: what it refused until then is the reason.
        const bool hung_up = error.code() == Errc::peer_closed && !refused_.empty();
        if (hung_up) co_return refusal();
        co_return error;
    }
    if (answer == Answer::refused) co_return refusal();
    const auto refused = refused_.empty() ? std::string("-") : join(refused_, ", ");
    rdpsweep::Message note{"note.ssh_login", {{"method", accepted_}, {"refused", refused}}};
    attempt_.notes.push_back(std::move(note));
    co_return Status();
}

} // namespace rdpsweep::ssh
