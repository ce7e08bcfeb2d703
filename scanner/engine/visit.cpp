#include "scanner/engine/visit.hpp"

#include "core/log.hpp"
#include "core/text.hpp"
#include "transports/azure/evidence.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <random>

namespace rdpsweep {

namespace {

using namespace std::chrono_literals;

constexpr auto first_backoff = 500ms;
constexpr auto longest_backoff = 8s;

// Full jitter: hosts that failed together must not come back together.
Clock::duration backoff(int tries) {
    thread_local std::minstd_rand random(std::random_device{}());
    const auto ceiling =
        std::min<Clock::duration>(longest_backoff, first_backoff * (1 << std::min(tries, 5)));
    std::uniform_int_distribution<Clock::rep> any(0, ceiling.count());
    return Clock::duration(any(random));
}

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

bool is_refusal(const Error& error) {
    return error.phase() == Phase::authenticate && error.code() == Errc::access_denied;
}

// The sweep says why, when it reports the host as not attempted.
Error not_shown() {
    return Error(
        Phase::authenticate,
        Errc::held_back,
        "other hosts had not yet shown whether the credential is good"
    );
}

void log_failure(const Target& target, const Attempt& attempt) {
    const auto& error = *attempt.error;
    log_line(
        LogLevel::warn,
        target.name,
        rung(error.phase()),
        error.detail(),
        {{"transport", attempt.transport},
         {"code", std::string(to_string(error.code()))},
         {"native", std::string(error.native())}}
    );
}

} // namespace

Visit::Visit(const Target& target, std::size_t index, VisitServices& services)
    : target_(target), services_(services), as_(&target_) {
    result_.target = target;
    result_.index = index;
    result_.started = std::time(nullptr);
}

std::string_view Visit::rung_now() const noexcept {
    return attempts_.empty() ? "waiting" : rung(attempts_.back()->reached);
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
    co_await ask_azure(deadline);
    judge();
    // What the route came to stays the last one.
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
        } else {
            done = co_await climb(transport, deadline);
            if (!done && take_http_fallback(transport)) done = co_await climb(transport, deadline);
        }
        as_ = &target_;
        if (done || deadline.expired()) break;
    }
}

// Looks at the host from outside. True when something was seen, if only that nothing listens.
Task<bool> Visit::look(Attempt& attempt, HostDeadline& deadline) {
    attempt.transport = services_.outside->name();
    auto seen = co_await services_.outside->collect(target_, deadline, attempt);
    attempt.leave();
    if (seen) {
        assessment_.add_handshake(*std::move(seen));
        co_return true;
    }
    attempt.error = std::move(seen).error();
    log_failure(target_, attempt);
    co_return false;
}

// The same where the route does not name it. It never changes whether a host counts as assessed.
Task<void> Visit::look_outside(HostDeadline& deadline) {
    const bool wanted = services_.always_look_outside && target_.rdp_outside;
    if (services_.outside == nullptr || !wanted) co_return;
    const auto& route = target_.route;
    const auto name = services_.outside->name();
    if (deadline.expired() || std::find(route.begin(), route.end(), name) != route.end()) co_return;
    if (services_.pacer != nullptr) {
        const bool admitted = co_await services_.pacer->turn(deadline);
        if (!admitted) co_return;
    }
    outside_attempt_ = std::make_unique<Attempt>();
    co_await look(*outside_attempt_, deadline);
}

// Azure may know why a VM was not assessed, though the VM itself says nothing. Its budget is spent
// by then, so this has one of its own.
Task<void> Visit::ask_azure(HostDeadline& deadline) {
    const bool wanted =
        services_.evidence != nullptr && !target_.vm.empty() &&
        (result_.outcome == Outcome::unreachable || result_.outcome == Outcome::refused);
    if (!wanted || deadline.aborted()) co_return;
    azure_ = std::make_unique<Attempt>();
    HostDeadline more(deadline.executor(), Clock::now() + limits::step);
    const auto guard = deadline.on_abort([&more, &deadline] {
        if (deadline.aborted()) more.abort();
    });
    co_await azure::gather_evidence(*services_.evidence, target_, more, *azure_);
    azure_->leave();
    if (azure_->error) log_failure(target_, *azure_);
}

// One transport of the route with its retries. True when there is nothing more to try.
Task<bool> Visit::climb(const std::string& transport, HostDeadline& deadline) {
    const auto found = services_.transports.find(transport);
    if (found == services_.transports.end()) co_return false;
    int tries = 0;
    for (;;) {
        attempts_.push_back(std::make_unique<Attempt>());
        auto& attempt = *attempts_.back();
        attempt.transport = transport;
        attempt.password_refused = password_refused_;
        auto status = co_await attempt_once(*found->second, attempt, deadline);
        attempt.leave();
        if (status) co_return true;
        attempt.error = std::move(status).error();
        const auto& error = *attempt.error;
        log_failure(target_, attempt);
        password_refused_ = password_refused_ || (is_refusal(error) && !attempt.password_withheld);
        // Our own machine being short of descriptors is no failure of the host: it is not counted.
        const bool ours = error.code() == Errc::local_limit;
        if (!error.retryable() || (!ours && tries++ >= services_.retries)) co_return false;
        // Nothing may be left on the host while we wait to come back.
        co_await clean_up();
        const bool time_left = co_await deadline.sleep(ours ? Clock::duration(1s) : backoff(tries));
        if (!time_left) co_return true;
        if (services_.pacer != nullptr) {
            const bool admitted = co_await services_.pacer->turn(deadline);
            if (!admitted) co_return true;
        }
        // What was retried is told by the last try; the earlier ones stay as evidence.
    }
}

// A password that the host refused once is not shown to it again, whatever the transport: each
// refusal counts towards a lock-out. What was left out stands among the attempts.
bool Visit::would_repeat_password(const std::string& transport) {
    const auto found = services_.transports.find(transport);
    const auto credential = services_.credentials.get(target_.credential);
    if (!password_refused_ || found == services_.transports.end() || !credential) return false;
    if (found->second->has_other_proof(**credential)) return false;
    attempts_.push_back(std::make_unique<Attempt>());
    auto& attempt = *attempts_.back();
    attempt.transport = transport;
    attempt.leave();
    attempt.error = Error(
                        Phase::authenticate,
                        Errc::access_denied,
                        "not tried: the host refused this password over another transport"
    )
                        .with_hint("correct the password, or give the credential an ssh_key");
    return true;
}

// Whether the transport that just failed has a fallback to the same target. It is tried as an
// attempt of its own; the failure stays as evidence.
bool Visit::take_http_fallback(const std::string& transport) {
    const auto found = services_.transports.find(transport);
    const auto credential = services_.credentials.get(target_.credential);
    if (found == services_.transports.end() || !credential || attempts_.empty()) return false;
    const auto& failed = attempts_.back()->error;
    if (!failed) return false;
    auto other = found->second->http_fallback(target_, **credential, *failed);
    if (!other) return false;
    http_fallback_ = std::make_unique<Target>(std::move(*other));
    as_ = http_fallback_.get();
    return true;
}

Result<const Credential*> Visit::credential_for(Login login) {
    static const Credential nobody{"", "", std::monostate(), {}};
    if (login == Login::never) return &nobody;
    return services_.credentials.get(target_.credential);
}

Task<Status> Visit::attempt_once(Transport& transport, Attempt& attempt, HostDeadline& deadline) {
    const auto login = transport.login();
    auto credential = credential_for(login);
    if (!credential) co_return std::move(credential).error();
    std::optional<LoginGate::Turn> turn;
    if (services_.admission != nullptr && login != Login::never && !target_.credential.empty()) {
        turn.emplace(services_.admission->logins(), target_.credential, result_.index);
    }
    shown_ = *credential;
    asks_cim_ = false;
    attempt.on_enter = [&](Phase phase) {
        if (turn && phase > Phase::authenticate) turn->accepted();
        if (phase == Phase::run && !asks_cim_ && services_.kind == VisitKind::assess)
            record(attempt, deadline);
    };
    bool may_log_in = true;
    if (turn && login == Login::on_open) may_log_in = co_await turn->come(deadline);
    if (!may_log_in) co_return not_shown();
    auto session = co_await transport.open(*as_, **credential, deadline, attempt);
    if (!session) {
        if (turn && is_refusal(session.error())) turn->refused();
        co_return std::move(session).error();
    }
    if (turn && login == Login::on_use) may_log_in = co_await turn->come(deadline);
    Status status = not_shown();
    if (may_log_in) status = co_await use(**session, attempt, deadline);
    if (status) {
        if (turn) turn->accepted();
        co_await (*session)->close();
        co_return status;
    }
    if (turn && is_refusal(status.error())) turn->refused();
    leftover_ = std::move(*session);
    co_return status;
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

// What was learned, judged. Of a host that was not assessed, what its handshake shows is told with
// the attempt: it is no verdict on a VM whose inside was asked for and not seen.
void Visit::judge() {
    if (services_.kind != VisitKind::assess) return;
    if (result_.outcome != Outcome::assessed) {
        if (outside_attempt_) outside_attempt_->notes = assessment_.remarks(services_.policy);
        return;
    }
    auto judged = assessment_.judge_into(result_, services_.policy);
    if (judged) return;
    result_.outcome = Outcome::unreachable;
    attempts_.back()->error = std::move(judged).error();
}

Task<void> Visit::clean_up() {
    if (!leftover_) co_return;
    co_await leftover_->close();
    leftover_.reset();
}

} // namespace rdpsweep
