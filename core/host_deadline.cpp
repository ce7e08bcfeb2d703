// Keeps the closers of one deadline in a shared state, so that a Guard may outlive the deadline.
#include "core/host_deadline.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace rdpsweep {

struct HostDeadline::State : std::enable_shared_from_this<State> {
    State(asio::any_io_executor ex, Clock::time_point when, std::shared_ptr<HostBytes> account)
        : executor(std::move(ex)), at(when), timer(executor, when), bytes(std::move(account)) {}

    // Lets the timer ring when the deadline passes.
    void start() {
        timer.expires_at(at);
        timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            if (error) return;
            if (const auto state = weak.lock()) state->fire();
        });
    }

    [[nodiscard]] Clock::duration remaining() const {
        return at - (holds > 0 ? held_since : Clock::now());
    }

    void hold() {
        if (holds++ > 0) return;
        held_since = Clock::now();
        timer.cancel();
    }

    // Moves the deadline by what was held. What never passes is not moved: that would be a time
    // beyond all times.
    void let_go() {
        if (--holds > 0 || ended) return;
        if (at != Clock::time_point::max()) at += Clock::now() - held_since;
        start();
    }

    // Runs every registered function once. They may unregister others, so each is taken out first.
    void fire() noexcept {
        ended = true;
        while (!closers.empty()) {
            auto closer = std::move(closers.begin()->second);
            closers.erase(closers.begin());
            closer();
        }
    }

    asio::any_io_executor executor;
    Clock::time_point at;
    asio::steady_timer timer;
    std::shared_ptr<HostBytes> bytes;
    std::map<std::uint64_t, std::function<void()>> closers;
    std::uint64_t next_id = 0;
    int holds = 0;
    Clock::time_point held_since; // while holds > 0
    bool ended = false;
    bool aborted = false;
};

HostDeadline::HostDeadline(
    asio::any_io_executor executor, Clock::time_point at, std::shared_ptr<HostBytes> bytes
)
    : state_(std::make_shared<State>(
          std::move(executor), at, bytes ? std::move(bytes) : std::make_shared<HostBytes>()
      )) {
    state_->start();
}

HostDeadline::~HostDeadline() {
    state_->timer.cancel();
}

HostDeadline::Guard::Guard(std::weak_ptr<State> state, std::uint64_t id) noexcept
    : state_(std::move(state)), id_(id) {}

HostDeadline::Guard::Guard(Guard&& other) noexcept
    : state_(std::exchange(other.state_, {})), id_(other.id_) {}

HostDeadline::Guard::~Guard() {
    if (const auto state = state_.lock()) state->closers.erase(id_);
}

HostDeadline::Guard HostDeadline::on_abort(std::function<void()> close_something) {
    const auto id = state_->next_id++;
    if (expired()) {
        close_something();
    } else {
        state_->closers.emplace(id, std::move(close_something));
    }
    return Guard{state_, id};
}

HostDeadline::Hold::Hold(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {
    state_->hold();
}

HostDeadline::Hold::~Hold() {
    if (state_) state_->let_go();
}

HostDeadline::Hold HostDeadline::hold() {
    return Hold(state_);
}

Clock::time_point HostDeadline::at() const noexcept {
    const bool moves = state_->holds > 0 && state_->at != Clock::time_point::max();
    return moves ? Clock::now() + state_->remaining() : state_->at;
}

Clock::duration HostDeadline::remaining() const noexcept {
    if (state_->ended) return Clock::duration::zero();
    return std::max(Clock::duration::zero(), state_->remaining());
}

bool HostDeadline::expired() const noexcept {
    return state_->ended || state_->remaining() <= Clock::duration::zero();
}

bool HostDeadline::aborted() const noexcept {
    return state_->aborted;
}

void HostDeadline::abort() noexcept {
    state_->aborted = true;
    state_->timer.cancel();
    state_->fire();
}

void HostDeadline::expire() noexcept {
    state_->timer.cancel();
    state_->fire();
}

const std::shared_ptr<HostBytes>& HostDeadline::bytes() const noexcept {
    return state_->bytes;
}

void HostDeadline::end_for_bytes() {
    state_->bytes->ended_by([weak = std::weak_ptr<State>(state_)] {
        const auto state = weak.lock();
        if (!state) return;
        state->timer.cancel();
        state->fire();
    });
}

Task<bool> HostDeadline::sleep(Clock::duration delay) {
    if (expired()) co_return false;
    asio::steady_timer timer(state_->executor, delay);
    boost::system::error_code error;
    {
        const auto guard = on_abort([&timer] { timer.cancel(); });
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    co_return !error && !expired();
}

const asio::any_io_executor& HostDeadline::executor() const noexcept {
    return state_->executor;
}

} // namespace rdpsweep
