#include "transports/serial/places.hpp"

namespace rdpsweep::serial {

void Places::give_back(State& state, const std::string& subscription) {
    auto& line = state.lines[subscription];
    --line.taken;
    while (!line.waiting.empty()) {
        const auto next = line.waiting.front().lock();
        line.waiting.pop_front();
        if (!next) continue; // its host's time was over
        next->cancel();
        return;
    }
}

Task<Places::Place> Places::take(std::string subscription, HostScope& scope) {
    const auto state = state_;
    while (state->lines[subscription].taken >= state->each) {
        if (scope.expired()) co_return Place();
        auto turn = std::make_shared<asio::steady_timer>(
            scope.executor(), asio::steady_timer::time_point::max()
        );
        state->lines[subscription].waiting.emplace_back(turn);
        const auto guard = scope.on_abort([turn] { turn->cancel(); });
        boost::system::error_code ignored;
        co_await turn->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    ++state->lines[subscription].taken;
    // What is given back is the place, not what the pointer points to.
    co_return Place(state.get(), [state, subscription](void*) { give_back(*state, subscription); });
}

} // namespace rdpsweep::serial
