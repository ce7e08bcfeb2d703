// One SSH server on the way to a target, or at its end: whether to believe it, and the login there.
#pragma once

#include "transports/services.hpp"
#include "transports/ssh/known_hosts.hpp"
#include "transports/ssh/link.hpp"

#include <string>

namespace rdpsweep::ssh {

// All of them must outlive it.
struct Stop {
    const std::string& address;
    std::uint16_t port;
    const std::string& user; // empty: the credential's
    const std::string& pin;
    const Credential& credential;
    bool may_send_password; // false: it refused it already

    [[nodiscard]] const std::string& who() const noexcept {
        return user.empty() ? credential.user : user;
    }
};

// How coming in went, and what the server was shown of the credential.
struct Entry {
    Status status;
    bool proof_shown = false;
    bool password_shown = false;
};

class Entrance {
public:
    // services must outlive it.
    Entrance(Services& services, KnownHosts known)
        : services_(services), known_(std::move(known)) {}

    // Exchanges keys, weighs the server's, and logs in. Error{tls, certificate_rejected} before
    // anything of the credential is shown; Error{authenticate, ...} of Login.
    Task<Entry>
    come_in(Link& link, const Stop& stop, HostDeadline& deadline, Attempt& attempt) const;

private:
    Status
    check_key(const Link& link, const Stop& stop, const HostLines& lines, Attempt& attempt) const;

    Services& services_;
    KnownHosts known_;
};

} // namespace rdpsweep::ssh
