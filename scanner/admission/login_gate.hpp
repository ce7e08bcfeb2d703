// Lets hosts show a credential one by one until it has proved good, and stops it when it has not.
#pragma once

#include "scanner/admission/breaker.hpp"
#include "scanner/admission/waiting_room.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace rdpsweep {

class LoginGate {
    struct Seat {
        Breaker breaker;
        WaitingRoom waiting;
        std::set<std::size_t> decided; // hosts in flight that said yes or no
    };

public:
    // changed is called after every event that may let more or fewer hosts of a credential go.
    using Changed = std::function<void(const std::string& credential, const Breaker& breaker)>;

    LoginGate(std::size_t most_refusals, Changed changed)
        : most_refusals_(most_refusals), changed_(std::move(changed)) {}

    // One host's turn to log in. What is not said by its end counts as undecided.
    class Turn {
    public:
        Turn(LoginGate& gate, std::string credential, std::size_t host);
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn();

        // Waits until the credential may be shown to this host. False when it was stopped, or when
        // the deadline passed first.
        Task<bool> come(HostDeadline& deadline);

        void accepted();
        void refused();

    private:
        enum class Answer : std::uint8_t { yes, no, none };
        void end(Answer answer);

        LoginGate& gate_;
        std::string credential_;
        std::size_t host_;
        bool open_ = false; // begun, and not ended yet
    };

    // Takes note that a host of that credential is done, whether or not it logged in.
    void ended(const std::string& credential, std::size_t host);

    // Returns the state of a credential; a fresh one when it was never shown.
    [[nodiscard]] const Breaker& breaker(const std::string& credential);

    [[nodiscard]] bool stopped(const std::string& credential) const;

private:
    Seat& seat(const std::string& credential);
    void tell(const std::string& credential, Seat& seat);

    std::size_t most_refusals_;
    Changed changed_;
    std::map<std::string, Seat> seats_;
};

} // namespace rdpsweep
