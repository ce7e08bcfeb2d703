// At most so many consoles of one subscription at once; the others wait in line.
#pragma once

#include "core/host_scope.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>

namespace rdpsweep::serial {

// On one lane.
class Places {
    struct Line {
        std::size_t taken = 0;
        std::deque<std::weak_ptr<asio::steady_timer>> waiting;
    };

    struct State {
        std::size_t each = 0;
        std::map<std::string, Line> lines; // by subscription
    };

public:
    // A place; given back when the last copy goes.
    using Place = std::shared_ptr<void>;

    explicit Places(std::size_t each) : state_(std::make_shared<State>()) { state_->each = each; }

    // Null when the scope ended before there was one.
    Task<Place> take(std::string subscription, HostScope& scope);

private:
    static void give_back(State& state, const std::string& subscription);

    std::shared_ptr<State> state_;
};

} // namespace rdpsweep::serial
