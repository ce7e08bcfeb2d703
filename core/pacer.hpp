// Pacing of new connections on one executor: who may open the next one, and when.
#pragma once

#include "core/host_deadline.hpp"
#include "core/pace.hpp"

#include <array>
#include <list>

namespace rdpsweep {

// Spreads connection attempts so that a sweep starts as a ramp, not as a burst of SYNs. Not
// thread-safe: one lane, one pacer.
class Pacer {
public:
    // Who goes first: a host at work, which others wait for; one that tries again, which may end
    // last of all; then those that are to begin.
    enum class For : std::uint8_t { one_at_work, one_coming_back, a_beginner };

    // As of Pace. Beginners get no more than that share of the turns: what each of them needs later
    // on must not find that all turns are taken.
    Pacer(
        double per_second,
        double burst,
        double share_of_beginners = 1,
        Clock::time_point begun = Clock::now()
    )
        : pace_(per_second, burst, begun),
          beginners_(per_second * share_of_beginners, burst * share_of_beginners, begun) {}

    // Waits for a turn; within each kind in order of asking. The deadline's clock stands still
    // meanwhile: our pace is not the host's time. False when it ended first.
    Task<bool> turn(HostDeadline& deadline, For whom = For::one_at_work);

    // As of Pace.
    void slow_down(Clock::time_point now = Clock::now()) noexcept {
        pace_.slow_down(now);
        beginners_.slow_down(now);
    }

    [[nodiscard]] double per_second() const noexcept { return pace_.per_second(); }

private:
    using Line = std::list<asio::steady_timer*>; // each rings when its owner may go

    [[nodiscard]] asio::steady_timer* first() const noexcept;
    [[nodiscard]] Clock::time_point due(Clock::time_point now) noexcept;
    void call_first();
    Task<bool> wait(asio::steady_timer& timer, HostDeadline& deadline);

    Pace pace_;
    Pace beginners_;            // of them alone; their turns count in both
    std::array<Line, 3> lines_; // by For
};

} // namespace rdpsweep
