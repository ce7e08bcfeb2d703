// Doubles the pause with each idle exchange that follows another, and gives up after many.
#include "core/idle_exchanges.hpp"

#include <algorithm>
#include <string>

namespace rdpsweep {

std::optional<Clock::duration>
IdleExchanges::note(std::size_t bytes, Clock::time_point now) noexcept {
    const bool idle = bytes < rules_.worth && now - begun_ < rules_.slow;
    begun_ = now;
    if (++count_ >= rules_.most) return std::nullopt;
    if (!idle) {
        in_a_row_ = 0;
        return Clock::duration::zero();
    }
    if (++idle_ >= rules_.most_idle) return std::nullopt;
    if (++in_a_row_ < rules_.at_once) return Clock::duration::zero();
    pause_ = in_a_row_ == rules_.at_once ? rules_.first : std::min(pause_ * 2, rules_.longest);
    begun_ = now + pause_;
    return pause_;
}

Task<Status> IdleExchanges::pass(std::size_t bytes, HostDeadline& deadline) {
    const auto pause = note(bytes, Clock::now());
    if (!pause) {
        co_return Error(
            Phase::run,
            Errc::protocol_violation,
            count_ >= rules_.most
                ? "the answer does not end after " + std::to_string(count_) + " exchanges"
                : "it was answered " + std::to_string(count_) + " times with next to nothing"
        );
    }
    bool time_left = !deadline.expired();
    if (time_left && *pause > Clock::duration::zero()) {
        time_left = co_await deadline.sleep(*pause);
        begun_ = Clock::now();
    }
    if (time_left) co_return Status();
    const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
    co_return Error(Phase::run, code, "the host's time was over before it had answered");
}

} // namespace rdpsweep
