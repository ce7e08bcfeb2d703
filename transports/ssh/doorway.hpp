// Lets few connections at a time through one door: sshd refuses new ones while too many have not
// logged in yet (MaxStartups, 10 by default). How many is learned from what it answers.
#pragma once

#include "core/places.hpp"

#include <cstddef>
#include <utility>

namespace rdpsweep::ssh {

class Doorway {
public:
    // most: how many at once, at the best of times; at least 1.
    explicit Doorway(std::size_t most) : most_(most), places_(most) {}

    // Leaves on destruction.
    class Pass {
    public:
        Pass(Doorway& door, Places::Place place) noexcept
            : door_(&door), age_(door.age_), place_(std::move(place)) {}

        // False: the deadline passed first.
        explicit operator bool() const noexcept { return static_cast<bool>(place_); }

        // Says that the server turned this connection away as one too many: half as many at once
        // from here on. Others that were let in with it and share its lot change no more.
        void turned_away() {
            if (place_ && age_ == door_->age_) door_->narrow();
        }

        // Says that it got in: after as many of these as fit at once, one more is let through.
        void got_in() {
            if (place_) door_->widen();
        }

    private:
        Doorway* door_;
        std::size_t age_;
        Places::Place place_;
    };

    Task<Pass> enter(HostDeadline& deadline);

    // Returns how many are let through at once now.
    [[nodiscard]] std::size_t width() const noexcept { return places_.most(); }

private:
    void narrow();
    void widen();

    std::size_t most_;
    std::size_t age_ = 0;    // how often it was narrowed
    std::size_t got_in_ = 0; // since the width last changed
    Places places_;
};

} // namespace rdpsweep::ssh
