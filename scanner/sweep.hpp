// The scheduler: many hosts at once on one thread, every deadline kept, every target accounted for.
#pragma once

#include "scanner/visit.hpp"

#include <functional>
#include <list>
#include <optional>
#include <vector>

namespace rdpsweep {

struct SweepOptions {
    std::size_t in_flight = limits::in_flight;
    Clock::duration host_deadline = limits::host; // for targets without their own
    std::optional<Clock::duration> run_deadline;
    Clock::duration drain = std::chrono::seconds(5); // after the first signal
};

// Called in completion order, on the sweep's thread. An Error stops the sweep: what cannot be
// stored must not be gathered.
struct SweepEvents {
    std::function<Status(std::size_t index, const Target& target)> started;
    std::function<Status(const HostResult& host)> finished;
};

class Sweep {
public:
    // Everything referred to must outlive the sweep.
    Sweep(
        asio::io_context& lane,
        const std::vector<Target>& targets,
        VisitServices& services,
        SweepOptions options,
        SweepEvents events
    );

    // done[i]: the target is already accounted for and is not visited.
    void skip(std::vector<bool> done) { done_ = std::move(done); }

    // Visits every target. Returns when each of them has been reported through finished(), the
    // interrupted ones as not_attempted; or with the error of an event.
    Status run();

    // The first call lets the hosts in flight finish for options.drain, the second ends them now.
    // Call on the lane. why is a sentence for what was not attempted.
    void stop(std::string why);

    struct Flight {
        std::string name;
        std::string rung;
        std::chrono::milliseconds since;
    };

    // The hosts in flight, slowest first.
    [[nodiscard]] std::vector<Flight> in_flight() const;

    [[nodiscard]] bool stopping() const noexcept { return stopping_; }

private:
    struct Active {
        Visit* visit;
        HostScope* scope;
        Clock::time_point since;
    };

    Task<void> work();
    Task<void> visit(std::size_t index);
    Task<bool> admit();
    std::optional<std::size_t> next();
    void report(HostResult& result);
    void report_untouched();
    void abort_all();

    asio::io_context& lane_;
    const std::vector<Target>& targets_;
    VisitServices& services_;
    SweepOptions options_;
    SweepEvents events_;
    std::vector<bool> done_;
    std::size_t next_ = 0;
    std::size_t workers_ = 0;
    std::list<Active> active_;
    std::list<HostScope*> waiting_; // for their turn to connect
    asio::steady_timer run_timer_;
    asio::steady_timer drain_timer_;
    bool stopping_ = false;
    std::string why_stopped_;
    std::optional<Error> failure_;
};

} // namespace rdpsweep
