#include "scanner/sweep.hpp"

#include "core/log.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <ctime>
#include <exception>

namespace rdpsweep {

Sweep::Sweep(
    asio::io_context& lane,
    const std::vector<Target>& targets,
    VisitServices& services,
    SweepOptions options,
    SweepEvents events
)
    : lane_(lane), targets_(targets), services_(services), options_(options),
      events_(std::move(events)), done_(targets.size(), false), run_timer_(lane),
      drain_timer_(lane) {}

Status Sweep::run() {
    if (options_.run_deadline) {
        run_timer_.expires_after(*options_.run_deadline);
        run_timer_.async_wait([this](boost::system::error_code code) {
            if (code) return;
            stop("the run's deadline passed");
            abort_all();
        });
    }
    const auto wanted = std::min(options_.in_flight, std::max<std::size_t>(1, targets_.size()));
    for (std::size_t i = 0; i < wanted; ++i) {
        ++workers_;
        asio::co_spawn(lane_, work(), asio::detached);
    }
    lane_.restart();
    // The caller may have signal handlers waiting on the lane: run until the workers are gone, not
    // until the lane is empty.
    while (workers_ > 0 && lane_.run_one() > 0) {
    }
    run_timer_.cancel();
    drain_timer_.cancel();
    report_untouched();
    if (failure_) return std::move(*failure_);
    return {};
}

std::optional<std::size_t> Sweep::next() {
    while (!stopping_ && next_ < targets_.size()) {
        const auto index = next_++;
        if (!done_[index]) return index;
    }
    return std::nullopt;
}

// One of in_flight equal workers: takes the next host until there is none.
Task<void> Sweep::work() {
    struct Gone {
        std::size_t& workers;

        ~Gone() { --workers; }
    };

    const Gone gone{workers_};
    for (auto index = next(); index; index = next()) {
        // A bug while visiting one host must not end the others: the second of the two places
        // where exceptions are caught.
        try {
            co_await visit(*index);
        } catch (const std::exception& bug) {
            log_line(LogLevel::error, targets_[*index].name, "internal", bug.what());
            if (done_[*index]) continue; // it was reported; what failed came after
            HostResult result;
            result.target = targets_[*index];
            result.index = *index;
            result.outcome = Outcome::unreachable;
            Attempt attempt;
            attempt.error = Error(Phase::internal, Errc::bug, bug.what())
                                .with_hint("this is a fault of rdpsweep: please report it");
            result.attempts.push_back(std::move(attempt));
            report(result);
        }
    }
}

// Waits for a turn to open a connection. A host's own time begins afterwards: a slow ramp must not
// use it up. False when the run is ending.
Task<bool> Sweep::admit() {
    if (services_.pacer == nullptr) co_return !stopping_;
    HostScope waiting(lane_.get_executor(), Clock::time_point::max());
    const auto at = waiting_.insert(waiting_.end(), &waiting);
    const bool turn = co_await services_.pacer->turn(waiting);
    waiting_.erase(at);
    co_return turn && !stopping_;
}

Task<void> Sweep::visit(std::size_t index) {
    const auto& target = targets_[index];
    const bool admitted = co_await admit();
    if (!admitted) co_return; // reported as not attempted at the end
    if (auto stored = events_.started(index, target); !stored) {
        failure_ = std::move(stored).error();
        stop("the run could not be stored");
        co_return;
    }
    const auto budget =
        target.deadline ? Clock::duration(*target.deadline) : options_.host_deadline;
    Visit one(target, index, services_);
    {
        HostScope scope(lane_.get_executor(), Clock::now() + budget);
        const auto at = active_.insert(active_.end(), Active{&one, &scope, Clock::now()});

        struct Leave {
            std::list<Active>& active;
            std::list<Active>::iterator at;

            ~Leave() { active.erase(at); }
        };

        const Leave leave{active_, at};
        co_await one.run(scope);
    }
    report(one.result());
    co_await one.clean_up();
}

void Sweep::report(HostResult& result) {
    done_[result.index] = true;
    if (result.outcome == Outcome::not_attempted && result.reason == "interrupted") {
        result.reason = why_stopped_.empty() ? "interrupted" : why_stopped_;
    }
    if (auto stored = events_.finished(result); !stored && !failure_) {
        failure_ = std::move(stored).error();
        stop("the run could not be stored");
    }
}

void Sweep::report_untouched() {
    for (std::size_t index = 0; index < targets_.size(); ++index) {
        if (done_[index] || failure_) continue;
        HostResult result;
        result.target = targets_[index];
        result.index = index;
        result.outcome = Outcome::not_attempted;
        result.reason = why_stopped_.empty() ? "the run ended first" : why_stopped_;
        report(result);
    }
}

void Sweep::stop(std::string why) {
    if (why_stopped_.empty()) why_stopped_ = std::move(why);
    if (stopping_) {
        abort_all();
        return;
    }
    stopping_ = true;
    for (auto* waiting : waiting_)
        waiting->abort();
    drain_timer_.expires_after(options_.drain);
    drain_timer_.async_wait([this](boost::system::error_code code) {
        if (!code) abort_all();
    });
}

void Sweep::abort_all() {
    for (const auto& flight : active_)
        flight.scope->abort();
}

std::vector<Sweep::Flight> Sweep::in_flight() const {
    std::vector<Flight> flights;
    const auto now = Clock::now();
    for (const auto& active : active_) {
        flights.push_back(
            {active.visit->result().target.name,
             std::string(active.visit->rung_now()),
             std::chrono::duration_cast<std::chrono::milliseconds>(now - active.since)}
        );
    }
    std::sort(flights.begin(), flights.end(), [](const Flight& a, const Flight& b) {
        return a.since > b.since;
    });
    return flights;
}

} // namespace rdpsweep
