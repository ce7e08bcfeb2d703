// Time that jumps: the steady clock and Asio's timers of this program, driven by what is due next.
#pragma once

#include <chrono>

namespace rdpsweep::shape_test {

// As long as it lives, the steady clock stands still while handlers run and jumps to the next timer
// when none is left: hours of a sweep take as long as its handlers. One at a time, on one thread;
// nothing else may wait for real time meanwhile.
class SimulatedTime {
public:
    SimulatedTime();
    SimulatedTime(const SimulatedTime&) = delete;
    SimulatedTime& operator=(const SimulatedTime&) = delete;
    ~SimulatedTime();
};

} // namespace rdpsweep::shape_test
