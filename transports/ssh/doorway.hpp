// Lets few connections at a time through one door: sshd refuses new ones while too many have not
// logged in yet (MaxStartups, 10 by default). How many is learned from what it answers.
#pragma once

#include "core/host_deadline.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace rdpsweep::ssh {

class Doorway {
public:
    // most: how many at once, at the best of times; at least 1.
    explicit Doorway(std::size_t most) noexcept : most_(most), now_(most) {}

    Doorway(const Doorway&) = delete;
    Doorway& operator=(const Doorway&) = delete;

    // Leaves on destruction.
    class Pass {
    public:
        explicit Pass(Doorway* door) noexcept
            : door_(door), age_(door != nullptr ? door->age_ : 0) {}

        Pass(Pass&& other) noexcept
            : door_(std::exchange(other.door_, nullptr)), age_(other.age_) {}

        Pass& operator=(Pass&&) = delete;

        ~Pass() {
            if (door_ != nullptr) door_->leave();
        }

        // False: the deadline passed first.
        explicit operator bool() const noexcept { return door_ != nullptr; }

        // Says that the server turned this connection away as one too many: half as many at once
        // from here on. Others that were let in with it and share its lot change no more.
        void turned_away() noexcept {
            if (door_ != nullptr && age_ == door_->age_) door_->narrow();
        }

        // Says that it got in: after as many of these as fit at once, one more is let through.
        void got_in() noexcept {
            if (door_ != nullptr) door_->widen();
        }

    private:
        Doorway* door_;
        std::size_t age_;
    };

    Task<Pass> enter(HostDeadline& deadline);

    // Returns how many are let through at once now.
    [[nodiscard]] std::size_t width() const noexcept { return now_; }

private:
    Task<bool> wait_in_line(HostDeadline& deadline);
    void call_next() noexcept;
    void leave() noexcept;
    void narrow() noexcept;
    void widen() noexcept;

    std::size_t most_;
    std::size_t now_;
    std::size_t age_ = 0;    // how often it was narrowed
    std::size_t got_in_ = 0; // since the width last changed
    std::size_t inside_ = 0;
    std::list<std::shared_ptr<asio::steady_timer>> waiting_;
};

} // namespace rdpsweep::ssh
