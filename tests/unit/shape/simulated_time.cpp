// Stands in for three functions that Asio's reactor asks: what time it is, when to wake it, and to
// wait. The linker prefers a program's own functions to those of its libraries.
#include "tests/unit/shape/simulated_time.hpp"

#include <ctime>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace rdpsweep::shape_test {

namespace {

using Nanoseconds = std::chrono::nanoseconds;

bool simulated = false;
Nanoseconds now{};
Nanoseconds due = Nanoseconds::max();
int timer = -1; // that was to ring then

Nanoseconds real_now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

Nanoseconds length_of(const timespec& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

int really_set(int descriptor, int flags, const itimerspec* fresh, itimerspec* old) noexcept {
    return static_cast<int>(syscall(SYS_timerfd_settime, descriptor, flags, fresh, old));
}

int really_wait(int descriptor, epoll_event* events, int most, int timeout) noexcept {
    return static_cast<int>(
        syscall(SYS_epoll_pwait, descriptor, events, most, timeout, nullptr, std::size_t{8})
    );
}

// Lets the timer ring at once: its moment has come.
void jump() noexcept {
    if (due == Nanoseconds::max()) return;
    if (due > now) now = due;
    due = Nanoseconds::max();
    itimerspec at_once{};
    at_once.it_value.tv_nsec = 1;
    really_set(timer, 0, &at_once, nullptr);
}

int set_timer(int descriptor, int flags, const itimerspec* fresh, itimerspec* old) noexcept {
    if (!simulated) return really_set(descriptor, flags, fresh, old);
    timer = descriptor;
    const itimerspec silent{};
    really_set(descriptor, 0, &silent, nullptr); // also forgets that it rang
    const auto after = length_of(fresh->it_value);
    // Asio names a moment that has passed when a timer is due already.
    due = (flags & TFD_TIMER_ABSTIME) != 0 ? now : now + after;
    return 0;
}

int wait(int descriptor, epoll_event* events, int most, int timeout) noexcept {
    if (!simulated || timeout == 0) return really_wait(descriptor, events, most, timeout);
    if (const auto ready = really_wait(descriptor, events, most, 0); ready != 0) return ready;
    jump();
    return really_wait(descriptor, events, most, timeout);
}

} // namespace

SimulatedTime::SimulatedTime() {
    now = real_now();
    due = Nanoseconds::max();
    simulated = true;
}

SimulatedTime::~SimulatedTime() {
    simulated = false;
}

} // namespace rdpsweep::shape_test

namespace shape = rdpsweep::shape_test;

std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
    return time_point(shape::simulated ? shape::now : shape::real_now());
}

extern "C" {

int epoll_wait(int descriptor, epoll_event* events, int most, int timeout) {
    return shape::wait(descriptor, events, most, timeout);
}

int timerfd_settime(int descriptor, int flags, const itimerspec* fresh, itimerspec* old) noexcept {
    return shape::set_timer(descriptor, flags, fresh, old);
}
}
