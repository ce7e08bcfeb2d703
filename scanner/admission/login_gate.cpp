// Keeps a breaker for each credential and tells the waiting hosts when one has opened or tripped.
#include "scanner/admission/login_gate.hpp"

#include <utility>

namespace rdpsweep {

LoginGate::Seat& LoginGate::seat(const std::string& credential) {
    return seats_.try_emplace(credential, Seat{Breaker(most_refusals_), {}, {}}).first->second;
}

const Breaker& LoginGate::breaker(const std::string& credential) {
    return seat(credential).breaker;
}

bool LoginGate::stopped(const std::string& credential) const {
    const auto at = seats_.find(credential);
    return at != seats_.end() && at->second.breaker.stopped();
}

void LoginGate::tell(const std::string& credential, Seat& seat) {
    seat.waiting.wake();
    changed_(credential, seat.breaker);
}

void LoginGate::ended(const std::string& credential, std::size_t host) {
    auto& one = seat(credential);
    if (one.decided.erase(host) > 0) return;
    one.breaker.fruitless();
    tell(credential, one);
}

LoginGate::Turn::Turn(LoginGate& gate, std::string credential, std::size_t host)
    : gate_(gate), credential_(std::move(credential)), host_(host) {}

LoginGate::Turn::~Turn() {
    end(Answer::none);
}

Task<bool> LoginGate::Turn::come(HostDeadline& deadline) {
    auto& seat = gate_.seat(credential_);
    while (!seat.breaker.may_begin()) {
        if (seat.breaker.stopped()) co_return false;
        const bool awake = co_await seat.waiting.wait(deadline);
        if (!awake) co_return false;
    }
    seat.breaker.begin();
    open_ = true;
    co_return true;
}

void LoginGate::Turn::accepted() {
    end(Answer::yes);
}

void LoginGate::Turn::refused() {
    end(Answer::no);
}

void LoginGate::Turn::end(Answer answer) {
    if (!std::exchange(open_, false)) return;
    auto& seat = gate_.seat(credential_);
    if (answer == Answer::yes) seat.breaker.accepted(host_);
    if (answer == Answer::no) seat.breaker.refused(host_);
    if (answer == Answer::none) seat.breaker.undecided();
    if (answer != Answer::none) seat.decided.insert(host_);
    gate_.tell(credential_, seat);
}

} // namespace rdpsweep
