// How far away a peer is: what it says is heard a round trip after what it answers to.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace simfleet {

class Turns {
public:
    explicit Turns(std::chrono::milliseconds round_trip) : round_trip_(round_trip) {}

    // Returns how long ago on the wire what has just come was said: of the first words two round
    // trips, with that of the connection; of what follows without a word from us nothing.
    [[nodiscard]] std::chrono::milliseconds heard() noexcept {
        return round_trip_ * std::exchange(owed_, 0);
    }

    // Takes note that we have said something.
    void said() noexcept { owed_ = std::max(owed_, 1); }

private:
    std::chrono::milliseconds round_trip_;
    int owed_ = 2;
};

} // namespace simfleet
