// Counts the answers to one credential, and opens or closes the way for the next host by them.
#include "scanner/admission/breaker.hpp"

#include <algorithm>
#include <limits>

namespace rdpsweep {

bool Breaker::may_begin() const noexcept {
    return !stopped_ && !spent() && under_way_ < room();
}

// Returns how many logins may be under way at once.
std::size_t Breaker::room() const noexcept {
    if (refusals_.empty()) return most_ + accepted_.size();
    if (accepted_.empty()) return most_ - std::min(most_, refusals_.size());
    return 1 + accepted_in_row_;
}

// Tells whether no other host may refuse it.
bool Breaker::spent() const noexcept {
    return in_a_row_.size() >= most_ ||
           refusals_.size() >= most_ + accepted_.size() / accepted_per_refusal;
}

void Breaker::accepted(std::size_t host) {
    --under_way_;
    if (stopped_) return; // only the operator goes on from there
    in_a_row_.clear();
    if (accepted_.insert(host).second) ++accepted_in_row_;
    settle();
}

void Breaker::refused(std::size_t host) {
    --under_way_;
    refusals_.insert(host);
    in_a_row_.insert(host);
    accepted_in_row_ = 0;
    settle();
}

void Breaker::undecided() noexcept {
    --under_way_;
    settle();
}

void Breaker::settle() noexcept {
    if (spent() && under_way_ == 0) stopped_ = true;
}

std::size_t Breaker::width() const noexcept {
    if (stopped_) return 0;
    if (!accepted_.empty()) return std::numeric_limits<std::size_t>::max();
    return most_ - std::min(most_, refusals_.size()) + fruitless_;
}

} // namespace rdpsweep
