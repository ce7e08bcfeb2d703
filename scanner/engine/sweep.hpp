// The scheduler: many hosts at once on one thread, every deadline kept, every target accounted for.
#pragma once

#include "scanner/admission/admission.hpp"
#include "scanner/engine/visit.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <vector>

namespace rdpsweep {

// Called in completion order, on the sweep's thread. An Error stops the sweep: what cannot be
// stored must not be gathered.
struct SweepEvents {
    std::function<Status(std::size_t index, const Target& target)> started;
    std::function<Status(const HostResult& host)> finished;
    // Called when too many hosts refused a credential: `left` hosts will not be tried with it.
    std::function<void(const std::string& credential, const Breaker& breaker, std::size_t left)>
        stopped = {};
    // Tells whether another host may be begun; asked again soon where not. Empty: always.
    std::function<bool()> may_begin = {};
};

struct SweepOptions {
    AdmissionRules admission = {};
    Resolver* resolver = nullptr; // for limits per subnet of targets that are given by name
    // For targets without their own; none: limits::host, or slow_host where the route is slow.
    std::optional<Clock::duration> host_deadline = {};
    std::optional<Clock::duration> run_deadline = {};
    Clock::duration drain = std::chrono::seconds(5); // after the first signal
    ByteRules bytes = {};                            // what all hosts may make us hold
    SweepEvents events = {};
};

class Sweep {
public:
    // Everything referred to must outlive the sweep.
    Sweep(
        asio::io_context& lane,
        const std::vector<Target>& targets,
        VisitServices& services,
        SweepOptions options
    );

    ~Sweep();
    Sweep(const Sweep&) = delete;
    Sweep& operator=(const Sweep&) = delete;

    // Leaves out the targets with done[i]: they are accounted for already.
    void skip(std::vector<bool> done) { done_ = std::move(done); }

    // Visits the targets in that order, which names each position once; else in the inventory's.
    void visit_in(std::vector<std::size_t> order) { order_ = std::move(order); }

    // Visits every target. Returns when each of them has been reported through finished(), the
    // interrupted ones as not_attempted, or returns the error of an event.
    Status run();

    // Ends the sweep: the first call gives the hosts in flight options.drain to finish, the second
    // ends them now. Call on the lane. why becomes the reason of targets that were not attempted.
    void stop(std::string why);

    struct Flight {
        std::string name;
        std::string rung;
        std::chrono::milliseconds since;
    };

    // Returns the hosts in flight, slowest first.
    [[nodiscard]] std::vector<Flight> in_flight() const;

    [[nodiscard]] bool stopping() const noexcept { return stopping_; }

    // Returns how the hosts answered to a credential.
    [[nodiscard]] const Breaker& answers_to(const std::string& credential) {
        return admission_.logins().breaker(credential);
    }

    // Why no host is begun although some wait: the reader of an output is slow, or answers of hosts
    // take all the memory they may.
    enum class Held : std::uint8_t { by_nothing, by_reader, by_memory };

    [[nodiscard]] Held held() const noexcept { return held_; }

    // Returns what the hosts in flight make us hold.
    [[nodiscard]] const BytePool& bytes() const noexcept { return *bytes_; }

    // Tells how many hosts may be in flight now, and why not more.
    [[nodiscard]] const Window& window() const noexcept { return admission_.window(); }

private:
    struct Active {
        Visit* visit;
        HostDeadline* deadline;
        Clock::time_point since;
    };

    void add_all();
    Task<void> add_named(std::shared_ptr<std::vector<std::size_t>> named);
    [[nodiscard]] Held reason_to_hold() const;
    void pump();
    bool hold();
    void watch_silence();
    Task<void> host(std::size_t index);
    Task<void> visit(std::size_t index);
    Task<bool> admit();
    [[nodiscard]] Clock::duration usual_budget(const Target& target) const;
    bool run_one();
    void fault(std::size_t index, const char* what);
    void fail(Error error, std::string why);
    void credential_stopped(const std::string& credential, const Breaker& breaker);
    void report(HostResult& result);
    void report_untouched();
    std::string why_not_attempted(const HostResult& result);
    void abort_all();

    asio::io_context& lane_;
    const std::vector<Target>& targets_;
    VisitServices& services_;
    SweepOptions options_;
    std::vector<bool> done_;
    std::vector<std::size_t> order_;
    Admission admission_;
    std::shared_ptr<BytePool> bytes_;
    std::size_t tasks_ = 0;     // hosts in flight and lookups of names
    std::size_t beginners_ = 0; // hosts that were taken and wait for a turn to connect
    std::list<Active> active_;
    std::list<HostDeadline*> waiting_; // of what waits for a turn to connect, or for a name
    asio::steady_timer run_timer_;
    asio::steady_timer drain_timer_;
    asio::steady_timer hold_timer_;
    asio::steady_timer silence_timer_;
    bool watches_silence_ = false; // then silence_timer_ runs
    Held held_ = Held::by_nothing; // else hold_timer_ runs
    bool stopping_ = false;
    std::string why_stopped_;
    std::optional<Error> failure_;
};

} // namespace rdpsweep
