// Counts the answers to one credential, and opens or closes the way for the next host by them.
#include "scanner/admission/breaker.hpp"

#include <algorithm>
#include <limits>

namespace rdpsweep {

bool Breaker::may_begin() const noexcept {
    if (stopped_) return false;
    return proven_ || under_way_ + refusals_.size() < most_;
}

void Breaker::accepted() noexcept {
    --under_way_;
    if (stopped_) return; // only the operator goes on from there
    refusals_.clear();
    proven_ = true;
    ever_accepted_ = true;
}

void Breaker::refused(std::size_t host) {
    --under_way_;
    proven_ = false;
    refusals_.insert(host);
    settle();
}

void Breaker::undecided() noexcept {
    --under_way_;
    settle();
}

void Breaker::settle() noexcept {
    if (refusals_.size() >= most_ && under_way_ == 0) stopped_ = true;
}

std::size_t Breaker::width() const noexcept {
    if (stopped_) return 0;
    if (ever_accepted_) return std::numeric_limits<std::size_t>::max();
    return most_ - std::min(most_, refusals_.size()) + fruitless_;
}

} // namespace rdpsweep
