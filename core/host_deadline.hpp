// One host's deadline and its only cancellation point, and the account of what it makes us hold.
#pragma once

#include "core/asio.hpp"
#include "core/byte_budget.hpp"

#include <functional>
#include <memory>

namespace rdpsweep {

// Lives on one executor; not thread-safe. When the deadline passes or abort() is called, every
// registered function runs once (they close sockets); later registrations run at once.
class HostDeadline {
    struct State;

public:
    // bytes: what the host makes us hold; none: an account of its own, that belongs to no pool.
    HostDeadline(
        asio::any_io_executor executor,
        Clock::time_point at,
        std::shared_ptr<HostBytes> bytes = nullptr
    );
    HostDeadline(const HostDeadline&) = delete;
    HostDeadline& operator=(const HostDeadline&) = delete;
    ~HostDeadline();

    // Unregisters on destruction: declare it after the object that its function closes.
    class Guard {
    public:
        Guard(Guard&& other) noexcept;
        Guard& operator=(Guard&&) = delete;
        ~Guard();

    private:
        friend class HostDeadline;
        Guard(std::weak_ptr<State> state, std::uint64_t id) noexcept;
        std::weak_ptr<State> state_;
        std::uint64_t id_;
    };

    // Stops the clock of a deadline as long as it lives.
    class Hold {
    public:
        Hold(Hold&& other) noexcept = default;
        Hold& operator=(Hold&&) = delete;
        ~Hold();

    private:
        friend class HostDeadline;
        explicit Hold(std::shared_ptr<State> state) noexcept;
        std::shared_ptr<State> state_;
    };

    // Makes the time until the result is destroyed count as nobody's: for waits that the host does
    // not cause. It can still be ended by abort() or expire().
    [[nodiscard]] Hold hold();

    [[nodiscard]] Guard on_abort(std::function<void()> close_something);
    // Returns when it passes; while it is held, when it would if it were let go now.
    [[nodiscard]] Clock::time_point at() const noexcept;
    [[nodiscard]] Clock::duration remaining() const noexcept; // never negative
    [[nodiscard]] bool expired() const noexcept;              // the deadline passed, or aborted
    [[nodiscard]] bool aborted() const noexcept;              // abort() was called
    void abort() noexcept;                                    // Ctrl-C, or the sweep's own deadline

    void expire() noexcept; // ends it now, as if the deadline had passed

    // Returns the account of the host. Deadlines within one visit share it.
    [[nodiscard]] const std::shared_ptr<HostBytes>& bytes() const noexcept;

    // Lets the deadline end when this host holds most of what all hosts hold, and others wait.
    void end_for_bytes();

    // Waits for at least delay, or until the deadline passes. Returns false when the deadline
    // passed first.
    Task<bool> sleep(Clock::duration delay);

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept;

private:
    std::shared_ptr<State> state_;
};

} // namespace rdpsweep
