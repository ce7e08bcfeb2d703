// A number of places that many on one executor want to hold, each for a while.
#pragma once

#include "core/host_deadline.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <utility>

namespace rdpsweep {

// Not thread-safe. Places go to those that wait in the order in which they came.
class Places {
public:
    // left is called when a place was given back and nobody waits for it.
    explicit Places(std::size_t most, std::function<void()> left = {})
        : most_(most), left_(std::move(left)) {}

    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;

    // Gives the place back on destruction. Must not outlive its Places.
    class Place {
    public:
        Place() noexcept = default;

        Place(Place&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}

        Place& operator=(Place&& other) noexcept {
            std::swap(of_, other.of_); // other gives back what was held here
            return *this;
        }

        ~Place() { give_back(); }

        // False: it is none.
        explicit operator bool() const noexcept { return of_ != nullptr; }

        void give_back() {
            if (auto* const of = std::exchange(of_, nullptr)) of->leave();
        }

    private:
        friend class Places;

        explicit Place(Places* of) noexcept : of_(of) {}

        Places* of_ = nullptr;
    };

    // Waits for a place. None when the deadline ended first.
    Task<Place> enter(HostDeadline& deadline);

    // Sets how many there are. Whoever holds one beyond that keeps it.
    void resize(std::size_t most);

    [[nodiscard]] std::size_t most() const noexcept { return most_; }

    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

private:
    Task<bool> wait_in_line(HostDeadline& deadline);
    void call_next();
    void leave();

    std::size_t most_;
    std::size_t taken_ = 0;
    std::function<void()> left_;
    std::list<asio::steady_timer*> waiting_;
};

} // namespace rdpsweep
