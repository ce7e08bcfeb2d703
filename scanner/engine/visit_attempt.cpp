// Tries one transport of a host's route: with its credential, its retries and its fallback.
#include "scanner/engine/visit_start.hpp"

#include <algorithm>
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

// Returns how long to wait before the next try: what the peer asks for, twice as long each time, or
// our own backoff.
Clock::duration pause_before(const Error& error, int tries) {
    if (error.pause() == 0ms) return backoff(tries);
    thread_local std::minstd_rand random(std::random_device{}());
    const Clock::duration asked = error.pause() * (1 << std::min(tries - 1, 5));
    std::uniform_int_distribution<Clock::rep> more(0, asked.count() / 4);
    return asked + Clock::duration(more(random));
}

bool is_refusal(const Error& error) {
    return error.phase() == Phase::authenticate && error.code() == Errc::access_denied;
}

} // namespace

// Tries one transport of the route with its retries. True when there is nothing more to try.
Task<bool> Visit::try_transport(const std::string& transport, HostDeadline& deadline) {
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
        place_.give_back(); // whoever waits to come back does not work
        attempt.error = std::move(status).error();
        blame_bytes(attempt, deadline);
        const auto& error = *attempt.error;
        log_failure(attempt);
        password_refused_ = password_refused_ || (is_refusal(error) && !attempt.password_withheld);
        // Our own machine being short of descriptors is no failure of the host: it is not counted.
        const bool ours = error.code() == Errc::local_limit;
        if (!error.retryable() || (!ours && tries++ >= services_.retries)) co_return false;
        const auto pause = ours ? Clock::duration(1s) : pause_before(error, tries);
        // A peer that wants to be left alone for longer than there is time: there may be another
        // way in.
        if (error.pause() != 0ms && pause >= deadline.remaining()) co_return false;
        // Nothing may be left on the host while we wait to come back.
        co_await clean_up();
        const bool time_left = co_await deadline.sleep(pause);
        if (!time_left) co_return true;
        if (services_.pacer != nullptr) {
            const bool admitted =
                co_await services_.pacer->turn(deadline, Pacer::For::one_coming_back);
            if (!admitted) co_return true;
        }
        // The last try says how it ended; the earlier ones stay as evidence.
    }
}

// Leaves out a transport that would send a password which the host has refused already: each
// refusal counts towards a lock-out. What was left out is among the attempts.
bool Visit::would_repeat_password(const std::string& transport) {
    const auto found = services_.transports.find(transport);
    const auto credential = services_.credentials.get(target_.credential);
    if (!password_refused_ || found == services_.transports.end() || !credential) return false;
    const auto& way = *found->second;
    if (way.login() == Login::never || way.has_other_proof(**credential)) return false;
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

// Tells whether the transport that just failed has a fallback to the same target. It is tried as an
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
    Start start(*this, turn ? &*turn : nullptr, login, deadline);
    attempt.arrival = &start;
    // What does not connect to the VM works from the beginning.
    Status may_begin;
    const bool connects = traits_of(transport.name()).needs_address();
    if (!connects) may_begin = co_await start.arrive();
    if (!may_begin) co_return may_begin;
    auto session = co_await transport.open(*as_, **credential, deadline, attempt);
    if (!session) {
        if (turn && is_refusal(session.error())) turn->refused();
        co_return std::move(session).error();
    }
    auto status = co_await start.use();
    if (status) status = co_await use(**session, attempt, deadline);
    if (status) {
        if (turn) turn->accepted();
        co_await (*session)->close();
        co_return status;
    }
    if (turn && is_refusal(status.error())) turn->refused();
    if (leftover_) co_await leftover_->close(); // of a transport before this one
    leftover_ = std::move(*session);
    co_return status;
}

} // namespace rdpsweep
