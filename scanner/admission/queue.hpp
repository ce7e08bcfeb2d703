// Which host may go next when several limits hold at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// Hosts with the same limiters stand in one line. A host that must wait holds up its own line only;
// each step is O(limiters of a host), independent of the number of hosts (save the first look at a
// line). Pure; not thread-safe.
class AdmissionQueue {
public:
    using Limiter = std::uint32_t;

    struct Ticket {
        std::size_t host = 0;
        std::uint32_t line = 0;
        std::vector<Limiter> returned; // places that were given back early
    };

    explicit AdmissionQueue(std::size_t most) noexcept : most_(most) {}

    // Returns the limiter of that name; made with the capacity when it is new.
    Limiter limiter(const std::string& name, std::size_t capacity);

    // Finds the limiter of that name; nothing when there is none.
    [[nodiscard]] std::optional<Limiter> find(const std::string& name) const;

    // Makes host wait for a place in each of limiters.
    void push(std::size_t host, std::vector<Limiter> limiters);

    // Returns the next host that has all its places, which it holds from now on; lines take turns.
    // Nothing when no host may go now.
    std::optional<Ticket> take();

    // Gives all places of that host back.
    void release(const Ticket& ticket);

    // Gives one of its places back while the host goes on: it changes its transport.
    void release_early(Ticket& ticket, Limiter limiter);

    // Takes one place outside of a ticket. False when there is none.
    bool enter(Limiter limiter) noexcept;

    // Takes one place outside of a ticket, whether or not there is one.
    void crowd(Limiter limiter) noexcept { ++gauges_[limiter].used; }

    void leave(Limiter limiter);

    void resize(Limiter limiter, std::size_t capacity);

    // Limits all hosts together.
    void resize_all(std::size_t most) noexcept { most_ = most; }

    [[nodiscard]] std::size_t pending() const noexcept { return pending_; }

    [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }

private:
    struct Gauge {
        std::size_t capacity = 0;
        std::size_t used = 0;
        std::deque<std::uint32_t> parked; // lines that found it full
    };

    struct Line {
        std::vector<Limiter> limiters;
        std::deque<std::size_t> hosts;
        bool queued = false; // in ready_ or parked
    };

    [[nodiscard]] std::optional<Limiter> first_full(const Line& line) const noexcept;
    void wake(Limiter limiter, std::size_t lines);
    void park(std::uint32_t line, Limiter full);

    std::size_t most_;
    std::size_t pending_ = 0;
    std::size_t in_flight_ = 0;
    std::map<std::string, Limiter> names_;
    std::vector<Gauge> gauges_;
    std::map<std::vector<Limiter>, std::uint32_t> line_of_;
    std::vector<Line> lines_;
    std::deque<std::uint32_t> ready_;
};

} // namespace rdpsweep
