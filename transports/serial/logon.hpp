// The logon dialog of a command channel. Once a visit: what is refused counts towards a lock-out,
// and the console does not say why it was.
#pragma once

#include "core/secret.hpp"
#include "transports/serial/terminal.hpp"

#include <string>

namespace rdpsweep::serial {

// "CORP\svc" in two; a local account's domain is empty.
struct Account {
    std::string domain, user;
};

Account account_of(std::string_view user);

// Returns how long a key that follows its equal is waited for, before it is taken as dropped and
// typed once more; slowest: the echo of other keys so far. On a slow line the key would else stand
// there twice.
Clock::duration doubled_patience(int repeats, Clock::duration slowest) noexcept;

// Fills the dialog in, field by field, each key seen before the next; waits for the shell's prompt,
// up to a minute for a first profile. Precondition: the key that dismisses our own channel's switch
// screen was typed. Nothing is typed any more as soon as SAC's prompt shows. Error of an outcome.
Task<Status> log_on(
    Terminal& terminal, const Account& account, std::string_view password, HostDeadline& deadline
);

} // namespace rdpsweep::serial
