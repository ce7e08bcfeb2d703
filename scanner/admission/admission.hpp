// Decides which host sets out next: jobs, the inventory's limits, the window that timeouts leave,
// and what is known of each credential.
#pragma once

#include "core/limits.hpp"
#include "core/outcome.hpp"
#include "core/places.hpp"
#include "scanner/admission/login_gate.hpp"
#include "scanner/admission/queue.hpp"
#include "scanner/admission/window.hpp"
#include "scanner/inventory/limit.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace rdpsweep {

struct AdmissionRules {
    std::size_t jobs = limits::in_flight; // hosts at work at once
    std::size_t connecting = 0; // beyond them: hosts on the way to their work, or between two tries
    std::optional<std::size_t> subnet, subscription, credential, transport; // hosts at once in each
    std::size_t serial = limits::serial_consoles; // at once in one subscription
    std::size_t max_auth_failures = Breaker::usual_refusals;
};

// Returns the rules of limits: where several have the same range, the tightest holds. No more than
// `connecting` hosts are on the way to their work; where the inventory limits all hosts, those at
// work and these are within that.
AdmissionRules
admission_rules(const std::vector<LimitSpec>& limits, std::size_t jobs, std::size_t connecting = 0);

class Admission {
public:
    struct Events {
        std::function<void()> room; // more hosts may go
        // Called once a credential, when it is stopped.
        std::function<void(const std::string& credential, const Breaker& breaker)> stopped;
    };

    // targets must outlive it; hosts are positions in them.
    Admission(const std::vector<Target>& targets, AdmissionRules rules, Events events);

    // Tells whether add() wants to know the subnet of a target whose address is a name.
    [[nodiscard]] bool wants_subnets() const noexcept { return rules_.subnet.has_value(); }

    // Makes the host wait to be taken. subnet: from subnet_of(); empty when it is not known.
    void add(std::size_t host, const std::string& subnet);

    // Tells whether a host waits to be taken.
    [[nodiscard]] bool anybody_waits() const noexcept { return queue_.pending() > 0; }

    // Returns the next host; nothing when none may go now.
    std::optional<std::size_t> take();

    // Takes note that a host that was taken is connected, and waits for its place among the hosts
    // at work. Our limit is not the host's time: the deadline's clock stands still. None when it
    // ended first.
    Task<Places::Place> work(std::size_t host, HostDeadline& deadline);

    // Takes note that a host that was taken is done.
    void ended(const HostResult& result);

    // Moves the host to another transport of its route: gives the place of the old one back and
    // waits for one of the new. False when the deadline passed first.
    Task<bool> change_transport(std::size_t host, std::string transport, HostDeadline& deadline);

    [[nodiscard]] LoginGate& logins() noexcept { return logins_; }

    // Returns whether hosts that were taken hold up others until their credential is proved good.
    [[nodiscard]] bool anybody_before_login() const noexcept {
        return !silent_.empty() || !silent_before_.empty();
    }

    // Lets hosts that are still connecting hold up nobody any more: call it now and then, with
    // enough time in between for a VM to answer. What was taken since the last call is let be.
    void pass_over_silent();

    // Returns why the hosts left of that credential are not tried; empty while it is not stopped.
    [[nodiscard]] std::string why_stopped(const std::string& credential);

    [[nodiscard]] const Window& window() const noexcept { return window_; }

private:
    struct Active {
        AdmissionQueue::Ticket ticket;
        Window::Start start;
        std::vector<AdmissionQueue::Limiter> further; // of the transport it changed to
        bool changed = false;                         // the places of the first one are given back
        std::optional<AdmissionQueue::Limiter> login = {}; // before its credential was proved good
        bool connected = false;
        bool passed_over = false; // its place before the login was given back: it was silent
    };

    std::vector<AdmissionQueue::Limiter>
    limiters_of(const Target& target, const std::string& transport);
    [[nodiscard]] std::size_t on_the_way(const Breaker& breaker) const noexcept;
    void connected(std::size_t host);
    void fit_to_window();
    bool enter_all(const std::vector<AdmissionQueue::Limiter>& wanted);
    void changed(const std::string& credential, const Breaker& breaker);

    const std::vector<Target>& targets_;
    AdmissionRules rules_;
    Events events_;
    AdmissionQueue queue_;
    Window window_;
    Places at_work_;
    LoginGate logins_;
    std::set<std::string> told_; // credentials whose stop was told
    std::unordered_map<std::size_t, Active> active_;
    std::vector<std::size_t> silent_;        // hosts that were taken before a proof, since the last
    std::vector<std::size_t> silent_before_; // pass_over_silent(), and before it
    WaitingRoom for_transport_;
};

// Returns what the attempts of a host say about the network.
Traffic traffic_of(const HostResult& result) noexcept;

} // namespace rdpsweep
