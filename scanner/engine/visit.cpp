// Walks a host's route, looks at it from outside, and says what became of it.
#include "core/log.hpp"
#include "core/text.hpp"
#include "scanner/engine/visit_start.hpp"
#include "transports/azure/evidence.hpp"

#include <algorithm>
#include <ctime>

namespace rdpsweep {

namespace {

Outcome outcome_of(const Error& error) {
    switch (error.code()) {
    case Errc::access_denied:
    case Errc::blocked_by_policy:
    case Errc::certificate_rejected:
        return Outcome::refused;
    case Errc::cancelled:
    case Errc::held_back:
        return Outcome::not_attempted;
    default:
        return Outcome::unreachable;
    }
}

// Tells whether the host's address swallowed a connection: its VM is off, or all of it is behind a
// firewall that drops. Another port there is not asked: that would take as long, and say as little.
bool is_silent(const Attempt& attempt) {
    return attempt.error && attempt.error->phase() == Phase::connect &&
           attempt.error->code() == Errc::timed_out;
}

} // namespace

// A host that was ended because it held most: that is why it failed, whatever the failure looked
// like from where it was.
void blame_bytes(Attempt& attempt, const HostDeadline& deadline) {
    const auto& over = deadline.bytes()->over();
    if (over) attempt.error = Error(*over).in_phase(attempt.reached);
}

Visit::Visit(const Target& target, std::size_t index, VisitServices& services)
    : target_(target), services_(services), as_(&target_) {
    result_.target = target;
    result_.index = index;
    result_.started = std::time(nullptr);
}

std::string_view Visit::rung_now() const noexcept {
    return attempts_.empty() ? "waiting" : rung(attempts_.back()->reached);
}

void Visit::log_failure(const Attempt& attempt) const {
    const auto& error = *attempt.error;
    log_line(
        {LogLevel::warn, target_.name, rung(error.phase()), error.detail()},
        {{"transport", attempt.transport},
         {"code", std::string(to_string(error.code()))},
         {"native", std::string(error.native())}}
    );
}

Task<void> Visit::run(HostDeadline& deadline) {
    if (!target_.skip.empty()) {
        result_.outcome = Outcome::skipped;
        result_.reason = target_.skip;
        result_.finished = result_.started;
        co_return;
    }
    const auto begun = Clock::now();
    co_await walk(deadline);
    conclude();
    // Last: a handshake that fails writes errors into the very log that was just read.
    co_await look_outside(deadline);
    place_.give_back();
    co_await ask_azure(deadline);
    judge();
    // The attempts of the route stay the last ones.
    if (outside_attempt_) result_.attempts.push_back(*outside_attempt_);
    if (azure_) result_.attempts.push_back(*azure_);
    for (auto& attempt : attempts_)
        result_.attempts.push_back(*attempt);
    result_.finished = std::time(nullptr);
    result_.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
}

Task<void> Visit::walk(HostDeadline& deadline) {
    for (const auto& transport : target_.route) {
        if (services_.admission != nullptr && !attempts_.empty()) {
            const bool place =
                co_await services_.admission->change_transport(result_.index, transport, deadline);
            if (!place) break;
        }
        if (would_repeat_password(transport)) continue;
        const bool outside = services_.outside != nullptr && transport == services_.outside->name();
        bool done = false;
        if (outside) {
            attempts_.push_back(std::make_unique<Attempt>());
            done = co_await look(*attempts_.back(), deadline);
            if (!done) place_.give_back();
        } else {
            done = co_await try_transport(transport, deadline);
            if (!done && take_http_fallback(transport))
                done = co_await try_transport(transport, deadline);
        }
        as_ = &target_;
        if (done || deadline.expired()) break;
    }
}

// Charges what was learned to the host.
Task<Status> Visit::keep(HostDeadline& deadline) {
    if (held_.bytes() == 0) held_ = HeldBytes(deadline.bytes(), limits::host_bytes);
    co_return co_await held_.hold(assessment_.bytes(), deadline);
}

// Looks at the host from outside. True when something was seen, if only that nothing listens.
Task<bool> Visit::look(Attempt& attempt, HostDeadline& deadline) {
    attempt.transport = services_.outside->name();
    Start start(*this, nullptr, Login::never, deadline);
    attempt.arrival = &start;
    auto seen = co_await services_.outside->collect(target_, deadline, attempt);
    attempt.leave();
    if (seen) {
        assessment_.add_handshake(*std::move(seen));
        auto kept = co_await keep(deadline);
        if (kept) co_return true;
        attempt.error = std::move(kept).error();
    } else {
        attempt.error = std::move(seen).error();
    }
    blame_bytes(attempt, deadline);
    log_failure(attempt);
    co_return false;
}

// Returns the note that says why a look that was wanted is not made; empty when it may be.
std::string_view Visit::why_no_look(const HostDeadline& deadline) const {
    if (deadline.aborted()) return "note.no_look_run";
    if (deadline.expired()) return "note.no_look_time";
    const bool direct = !target_.ssh->hops;
    // That a disk was read says nothing of the network.
    const auto last = std::find_if(attempts_.rbegin(), attempts_.rend(), [](const auto& attempt) {
        return !traits_of(attempt->transport).by_disk;
    });
    const bool silent = last != attempts_.rend() && is_silent(**last);
    return direct && silent ? "note.no_look_silent" : "";
}

// Looks from outside where the route does not name that. It never changes whether a host counts as
// assessed.
Task<void> Visit::look_outside(HostDeadline& deadline) {
    // A target that only Azure leads to has no address to look at.
    const bool wanted =
        services_.always_look_outside && target_.rdp_outside && !target_.address.empty();
    if (services_.outside == nullptr || !wanted) co_return;
    const auto& route = target_.route;
    if (std::find(route.begin(), route.end(), services_.outside->name()) != route.end()) co_return;
    auto why_not = why_no_look(deadline);
    if (why_not.empty() && services_.pacer != nullptr) {
        const bool admitted = co_await services_.pacer->turn(deadline);
        if (!admitted) why_not = why_no_look(deadline);
    }
    if (!why_not.empty()) {
        if (!attempts_.empty())
            attempts_.back()->notes.push_back(Message{std::string(why_not), {}});
        co_return;
    }
    outside_attempt_ = std::make_unique<Attempt>();
    co_await look(*outside_attempt_, deadline);
}

// Azure may know why a VM was not assessed, though the VM itself says nothing, and what became of
// one that is known by its disk. Its time is spent by then, so this has one of its own.
Task<void> Visit::ask_azure(HostDeadline& deadline) {
    const bool unseen = result_.outcome == Outcome::unreachable ||
                        result_.outcome == Outcome::refused || assessment_.from_disk();
    const bool wanted = services_.evidence != nullptr && !target_.vm.empty() && unseen;
    if (!wanted || deadline.aborted()) co_return;
    azure_ = std::make_unique<Attempt>();
    HostDeadline more(deadline.executor(), Clock::now() + limits::step, deadline.bytes());
    more.end_for_bytes();
    const auto guard = deadline.on_abort([&more, &deadline] {
        if (deadline.aborted()) more.abort();
    });
    co_await azure::gather_evidence(*services_.evidence, target_, more, *azure_);
    azure_->leave();
    blame_bytes(*azure_, more);
    if (azure_->error) log_failure(*azure_);
}

// Sets the outcome from the attempts: the worst thing a host did to us is what it is known for,
// and being turned away tells more than a later silence.
void Visit::conclude() {
    const bool worked = !attempts_.empty() && !attempts_.back()->error;
    if (worked) {
        result_.outcome = Outcome::assessed;
        return;
    }
    result_.outcome = Outcome::unreachable;
    if (attempts_.empty()) {
        result_.reason = "its route names no transport that this build has";
        result_.outcome = Outcome::skipped;
        return;
    }
    result_.outcome = outcome_of(*attempts_.back()->error);
    for (const auto& attempt : attempts_) {
        if (attempt->error && outcome_of(*attempt->error) == Outcome::refused) {
            result_.outcome = Outcome::refused;
        }
    }
    if (result_.outcome == Outcome::not_attempted) result_.reason = "interrupted";
}

// Judges what was learned. For a host that was not assessed, what its handshake shows stays with
// the attempt: it is no verdict on a VM whose inside was asked for and not seen.
void Visit::judge() {
    if (services_.kind != VisitKind::assess) return;
    if (result_.outcome != Outcome::assessed) {
        if (outside_attempt_) outside_attempt_->notes = assessment_.remarks(services_.policy);
        return;
    }
    assessment_.know_thumbprint(target_.rdp_thumbprint);
    auto judged = assessment_.judge_into(result_, services_.policy);
    for (auto& note : assessment_.disk_notes())
        attempts_.back()->notes.push_back(std::move(note));
    if (judged) return take_name();
    result_.outcome = Outcome::unreachable;
    attempts_.back()->error = std::move(judged).error();
}

// A host that is called by its image takes the name that its Windows gives itself. Its id, by which
// runs know it, stays.
void Visit::take_name() {
    const auto own = assessment_.host_name();
    if (target_.named_by_disk && !own.empty()) result_.target.name = own;
}

Task<void> Visit::clean_up() {
    held_.settle(0);
    if (!leftover_) co_return;
    co_await leftover_->close();
    leftover_.reset();
}

} // namespace rdpsweep
