// Keeps a loop of exchanges with a host that answers at once, and next to nothing, from keeping our
// only thread busy.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <optional>

namespace rdpsweep {

// An exchange is idle when it brought less than `worth` bytes in less than `slow`.
struct IdleRules {
    std::size_t worth = 128;
    Clock::duration slow = std::chrono::seconds(1);
    std::size_t at_once = 16;                              // idle ones, one after the other
    Clock::duration first = std::chrono::milliseconds(50); // pause behind them; then twice as long
    Clock::duration longest = std::chrono::seconds(1);
    std::size_t most_idle = 256; // in the whole loop
    std::size_t most = 4096;     // exchanges of any kind in the whole loop
};

// For a stream that is read as it comes: one that trickles in costs us a turn of the lane for each
// piece. The pauses let pieces join in the kernel's buffer.
inline constexpr IdleRules trickle{
    .worth = 64,
    .slow = std::chrono::milliseconds(20),
    .at_once = 64,
    .first = std::chrono::milliseconds(5),
    .longest = std::chrono::milliseconds(100),
    .most_idle = 4096,
    .most = 1u << 18};

// Counts the exchanges of one loop.
class IdleExchanges {
public:
    explicit IdleExchanges(IdleRules rules = {}, Clock::time_point begun = Clock::now()) noexcept
        : rules_(rules), begun_(begun) {}

    // Takes note of an exchange that ended at now and brought so many bytes. Returns how long to
    // wait before the next one; nothing when there have been too many.
    std::optional<Clock::duration> note(std::size_t bytes, Clock::time_point now) noexcept;

    // Does the same now, and waits. Error{run, protocol_violation} when there have been too many,
    // timed_out or cancelled when the deadline passed first.
    Task<Status> pass(std::size_t bytes, HostDeadline& deadline);

    [[nodiscard]] std::size_t count() const noexcept { return count_; }

private:
    IdleRules rules_;
    Clock::time_point begun_; // of the exchange under way
    std::size_t count_ = 0;
    std::size_t idle_ = 0;
    std::size_t in_a_row_ = 0;
    Clock::duration pause_{};
};

} // namespace rdpsweep
