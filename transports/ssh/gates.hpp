// The way into a jump host: how many log in at once, and what one login there teaches the next.
#pragma once

#include "transports/services.hpp"
#include "transports/ssh/doorway.hpp"
#include "transports/ssh/entrance.hpp"

#include <map>
#include <optional>
#include <string>

namespace rdpsweep::ssh {

// Makes it the error of a jump host: never a refusal of the target's own credential.
Error at_hop(Error error, const JumpHost& hop);

class Gates {
public:
    // Both must outlive it.
    Gates(Services& services, const Entrance& entrance)
        : services_(services), entrance_(entrance) {}

    // A place among the connections that may log in at a jump host. Until it has let us in, they
    // take turns.
    struct Place {
        std::optional<Doorway::Pass> door, turn;
    };

    // Waits for a place, before a connection to the hop is made; and until the hop wants to hear of
    // us again. Error at once where it refused our credential: each VM behind it would show the
    // same one.
    Task<Status> knock(const JumpHost& hop, Place& place, HostDeadline& deadline);

    // Logs in at a hop: with the hop's own credential, whatever the target made of its own. A wrong
    // password is shown there once, not by every VM behind it. Error{tls, throttled} when the hop
    // turned the connection away for its number: fewer are let through at once from here on.
    Task<Status> come_in(
        Link& link, const JumpHost& hop, Place& place, HostDeadline& deadline, Attempt& attempt
    );

private:
    static constexpr std::size_t logins_at_once = 8; // at one jump host

    struct Gate {
        Doorway door{logins_at_once};
        Doorway first{1};             // until the credential is proven, one login after the other
        bool proven = false;          // it let our credential in
        std::optional<Error> refusal; // of our credential, which was shown
        std::optional<Error> rest;    // why it is left alone until then
        Clock::time_point rest_until;
    };

    static Task<Status> wait_out(Gate& gate, HostDeadline& deadline);
    static void learn(Gate& gate, const Entry& entry, Place& place);

    Services& services_;
    const Entrance& entrance_;
    std::map<std::string, Gate> gates_; // by jump host
};

} // namespace rdpsweep::ssh
