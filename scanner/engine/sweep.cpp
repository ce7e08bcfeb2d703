// Starts hosts as admission allows, and lands each of them exactly once, whatever happens to it.
#include "scanner/engine/sweep.hpp"

#include "core/log.hpp"
#include "core/spawn.hpp"
#include "core/text.hpp"
#include "scanner/admission/keys.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <numeric>

namespace rdpsweep {

namespace {

// Counts a coroutine out, however it ends.
struct Leave {
    std::size_t& tasks;

    ~Leave() { --tasks; }
};

// Keeps an item in a list as long as the coroutine that put it there lives.
template <class Item>
class Listed {
public:
    Listed(std::list<Item>& list, Item item)
        : list_(list), at_(list.insert(list.end(), std::move(item))) {}

    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

    ~Listed() { list_.erase(at_); }

private:
    std::list<Item>& list_;
    typename std::list<Item>::iterator at_;
};

// Sees to a coroutine that is destroyed before its end.
struct Landed {
    std::function<void()> lost;
    bool yes = false;

    ~Landed() {
        if (!yes) lost();
    }
};

} // namespace

Sweep::Sweep(
    asio::io_context& lane,
    const std::vector<Target>& targets,
    VisitServices& services,
    SweepOptions options
)
    : lane_(lane), targets_(targets), services_(services), options_(std::move(options)),
      done_(targets.size(), false), order_(targets.size()),
      admission_(
          targets,
          options_.admission,
          {[this] { pump(); },
           [this](const std::string& credential, const Breaker& breaker) {
               credential_stopped(credential, breaker);
           }}
      ),
      bytes_(std::make_shared<BytePool>(options_.bytes)), run_timer_(lane), drain_timer_(lane),
      hold_timer_(lane), silence_timer_(lane) {
    std::iota(order_.begin(), order_.end(), 0);
    services_.admission = &admission_;
}

Sweep::~Sweep() {
    services_.admission = nullptr;
}

Status Sweep::run() {
    if (options_.run_deadline) {
        run_timer_.expires_after(*options_.run_deadline);
        run_timer_.async_wait([this](boost::system::error_code code) {
            if (code) return;
            stop("the run's deadline passed");
            abort_all();
        });
    }
    add_all();
    pump();
    lane_.restart();
    // The caller may have signal handlers waiting on the lane: run until nothing is under way, not
    // until the lane is empty.
    while ((tasks_ > 0 || held_ != Held::by_nothing) && run_one()) {
    }
    run_timer_.cancel();
    drain_timer_.cancel();
    hold_timer_.cancel();
    silence_timer_.cancel();
    report_untouched();
    if (failure_) return std::move(*failure_);
    return {};
}

// Runs the lane's next handler. False when there is none. A library that throws inside one of its
// handlers takes only the coroutine with it that waited for it: its host is accounted for as it
// goes (Landed).
bool Sweep::run_one() {
    try {
        return lane_.run_one() > 0;
    } catch (const std::exception& bug) {
        log_line({LogLevel::error, "", "internal", bug.what()});
        return true;
    }
}

// Queues all targets. Where a limit needs the subnet of a target that is given by name, it follows
// as soon as its address is known.
void Sweep::add_all() {
    auto named = std::make_shared<std::vector<std::size_t>>();
    for (const auto index : order_) {
        if (done_[index]) continue;
        const bool needs_subnet = admission_.wants_subnets() && !targets_[index].address.empty();
        const auto address = needs_subnet ? literal_address(targets_[index]) : std::nullopt;
        if (needs_subnet && !address && options_.resolver != nullptr) {
            named->push_back(index);
        } else {
            admission_.add(index, address ? subnet_of(*address) : std::string());
        }
    }
    std::reverse(named->begin(), named->end()); // taken from the back
    const auto lookups = std::min(named->size(), limits::resolver_threads);
    for (std::size_t i = 0; i < lookups; ++i) {
        ++tasks_;
        spawn(lane_.get_executor(), add_named(named));
    }
}

// A name that cannot be resolved has no subnet; its visit asks again and says so.
Task<void> Sweep::add_named(std::shared_ptr<std::vector<std::size_t>> named) {
    const Leave leave{tasks_};
    HostDeadline deadline(lane_.get_executor(), Clock::time_point::max());
    const Listed listed(waiting_, &deadline);
    while (!named->empty() && !stopping_) {
        const auto index = named->back();
        named->pop_back();
        const auto addresses =
            co_await options_.resolver->resolve(targets_[index].address, deadline);
        const bool known = addresses && !addresses->empty();
        admission_.add(index, known ? subnet_of(addresses->front()) : std::string());
        pump();
    }
}

Task<void> Sweep::host(std::size_t index) {
    const Leave leave{tasks_};
    Landed landed{[this, index] { fault(index, "a library threw while it worked for this host"); }};
    // A bug while visiting one host must not end the others. CONTRIBUTING.md lists every place
    // where exceptions are caught.
    try {
        co_await visit(index);
    } catch (const std::exception& bug) {
        fault(index, bug.what());
    }
    landed.yes = true;
}

void Sweep::fault(std::size_t index, const char* what) {
    log_line({LogLevel::error, targets_[index].name, "internal", what});
    HostResult result;
    result.target = targets_[index];
    result.index = index;
    result.outcome = Outcome::unreachable;
    Attempt attempt;
    attempt.error = Error(Phase::internal, Errc::bug, what)
                        .with_hint("this is a fault of rdpsweep: please report it");
    result.attempts.push_back(std::move(attempt));
    if (!done_[index]) report(result); // else what failed came after its report
    admission_.ended(result);
}

// Waits for a turn to open a connection. A host's own time begins afterwards: a slow ramp must not
// use it up. False when the run is ending.
Task<bool> Sweep::admit() {
    const Leave leave{beginners_};
    if (services_.pacer == nullptr) co_return !stopping_;
    HostDeadline waiting(lane_.get_executor(), Clock::time_point::max());
    const Listed listed(waiting_, &waiting);
    const bool turn = co_await services_.pacer->turn(waiting, Pacer::For::a_beginner);
    co_return turn && !stopping_;
}

Task<void> Sweep::visit(std::size_t index) {
    const auto& target = targets_[index];
    const bool admitted = co_await admit();
    pump();
    if (!admitted) co_return; // reported as not attempted at the end
    if (auto stored = options_.events.started(index, target); !stored) {
        fail(std::move(stored).error(), "the run could not be stored");
        co_return;
    }
    const auto budget = target.deadline ? Clock::duration(*target.deadline) : usual_budget(target);
    Visit one(target, index, services_);
    {
        HostDeadline deadline(
            lane_.get_executor(), Clock::now() + budget, std::make_shared<HostBytes>(bytes_)
        );
        // What was begun on a VM that is changed is brought to its end.
        if (services_.kind != VisitKind::fix) deadline.end_for_bytes();
        const Listed listed(active_, Active{&one, &deadline, Clock::now()});
        co_await one.run(deadline);
    }
    if (one.failure()) fail(*one.failure(), "a command could not be recorded");
    report(one.result());
    co_await one.clean_up();
    admission_.ended(one.result());
}

} // namespace rdpsweep
