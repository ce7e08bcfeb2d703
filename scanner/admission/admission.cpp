// Builds the limiters of a run from the inventory's limits, and asks window and gate before a host
// may go.
#include "scanner/admission/admission.hpp"

#include "core/text.hpp"
#include "scanner/admission/keys.hpp"
#include "transports/registry.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// VMs that are switched off keep us waiting for 16 s (three tries), where a VM works for 2 to 4: so
// many may be on the way, for each at work, without holding up one that answers. Who asks for one
// host at a time gets just that.
constexpr std::size_t connecting_per_place = 8;

void tighten(std::optional<std::size_t>& limit, std::optional<std::size_t> by) {
    if (by) limit = std::min(limit.value_or(*by), *by);
}

// Tells whether the host itself said no, or hung up: the way to it is clear.
bool said_by_host(Errc code) noexcept {
    return code == Errc::refused || code == Errc::peer_closed ||
           code == Errc::certificate_rejected || code == Errc::protocol_violation;
}

} // namespace

AdmissionRules
admission_rules(const std::vector<LimitSpec>& limits, std::size_t jobs, std::size_t connecting) {
    AdmissionRules rules;
    std::optional<std::size_t> all;
    std::optional<std::size_t> failures;
    for (const auto& limit : limits) {
        if (limit.range == LimitRange::all) tighten(all, limit.max_in_flight);
        if (limit.range == LimitRange::subnet) tighten(rules.subnet, limit.max_in_flight);
        if (limit.range == LimitRange::subscription) {
            tighten(rules.subscription, limit.max_in_flight);
        }
        if (limit.range == LimitRange::credential) tighten(rules.credential, limit.max_in_flight);
        if (limit.range == LimitRange::transport) tighten(rules.transport, limit.max_in_flight);
        tighten(failures, limit.max_auth_failures);
    }
    rules.jobs = std::min(jobs, all.value_or(jobs));
    const auto beside = (std::max<std::size_t>(rules.jobs, 1) - 1) * connecting_per_place;
    rules.connecting = std::min({connecting, beside, all.value_or(SIZE_MAX) - rules.jobs});
    rules.max_auth_failures = failures.value_or(Breaker::usual_refusals);
    return rules;
}

Traffic traffic_of(const HostResult& result) noexcept {
    auto traffic = Traffic::foreign;
    for (const auto& attempt : result.attempts) {
        const bool answered =
            !attempt.error || said_by_host(attempt.error->code()) || attempt.reached > Phase::tls;
        if (answered && attempt.reached >= Phase::connect) traffic = Traffic::clear;
    }
    for (const auto& attempt : result.attempts) {
        if (!attempt.error || attempt.error->code() != Errc::timed_out) continue;
        const auto phase = attempt.error->phase();
        if (phase == Phase::connect || phase == Phase::tls) return Traffic::crowded;
    }
    return traffic;
}

Admission::Admission(const std::vector<Target>& targets, AdmissionRules rules, Events events)
    : targets_(targets), rules_(rules), events_(std::move(events)),
      queue_(rules.jobs + rules.connecting), window_(rules.jobs),
      at_work_(rules.jobs, [this] { events_.room(); }),
      logins_(
          rules.max_auth_failures,
          [this](const std::string& credential, const Breaker& breaker) {
              changed(credential, breaker);
          }
      ) {}

// Returns the limiters of a transport: the inventory's limit, and what is kind to Azure's consoles.
std::vector<AdmissionQueue::Limiter>
Admission::limiters_of(const Target& target, const std::string& transport) {
    std::vector<AdmissionQueue::Limiter> limiters;
    if (rules_.transport) {
        limiters.push_back(queue_.limiter("transport " + transport, *rules_.transport));
    }
    if (traits_of(transport).few_places) {
        const auto name = "serial consoles of " + subscription_of(target);
        limiters.push_back(queue_.limiter(name, rules_.serial));
    }
    return limiters;
}

// All of them or none.
bool Admission::enter_all(const std::vector<AdmissionQueue::Limiter>& wanted) {
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        if (queue_.enter(wanted[at])) continue;
        while (at > 0)
            queue_.leave(wanted[--at]);
        return false;
    }
    return true;
}

void Admission::add(std::size_t host, const std::string& subnet) {
    const auto& target = targets_[host];
    std::vector<AdmissionQueue::Limiter> limiters;
    if (!target.credential.empty()) {
        const auto width = on_the_way(logins_.breaker(target.credential));
        limiters.push_back(queue_.limiter("login " + target.credential, width));
        if (rules_.credential) {
            const auto name = "credential " + target.credential;
            limiters.push_back(queue_.limiter(name, *rules_.credential));
        }
    }
    if (rules_.subnet && !subnet.empty()) {
        limiters.push_back(queue_.limiter("subnet " + subnet, *rules_.subnet));
    }
    const auto subscription = rules_.subscription ? subscription_of(target) : std::string();
    if (!subscription.empty()) {
        limiters.push_back(queue_.limiter("subscription " + subscription, *rules_.subscription));
    }
    if (!target.route.empty()) {
        for (const auto limiter : limiters_of(target, target.route.front()))
            limiters.push_back(limiter);
    }
    queue_.push(host, std::move(limiters));
}

// Returns how many hosts may be on their way to a login. The gate lets no more of them show the
// credential than may; where hosts that never answer hold up nobody, they do not here either.
std::size_t Admission::on_the_way(const Breaker& breaker) const noexcept {
    const auto for_each = 1 + rules_.connecting / std::max<std::size_t>(1, rules_.jobs);
    return std::min(breaker.width(), targets_.size()) * for_each;
}

std::optional<std::size_t> Admission::take() {
    // Whoever is connected and has no place yet comes first.
    if (at_work_.taken() + at_work_.waiting() >= at_work_.most()) return std::nullopt;
    auto ticket = queue_.take();
    if (!ticket) return std::nullopt;
    const auto host = ticket->host;
    Active active{std::move(*ticket), window_.set_out(), {}};
    const auto& credential = targets_[host].credential;
    if (!credential.empty() && logins_.breaker(credential).welcomes().empty()) {
        active.login = queue_.find("login " + credential);
        silent_.push_back(host);
    }
    active_.insert_or_assign(host, std::move(active));
    return host;
}

void Admission::connected(std::size_t host) {
    const auto at = active_.find(host);
    if (at == active_.end() || std::exchange(at->second.connected, true)) return;
    auto& active = at->second;
    if (active.passed_over) queue_.crowd(*active.login);
}

// Hosts that were taken before the last call had a moment at least.
void Admission::pass_over_silent() {
    const auto had_a_moment = std::exchange(silent_before_, std::exchange(silent_, {}));
    for (const auto host : had_a_moment) {
        const auto at = active_.find(host);
        if (at == active_.end() || at->second.connected || at->second.passed_over) continue;
        at->second.passed_over = true;
        queue_.release_early(at->second.ticket, *at->second.login);
    }
}

Task<Places::Place> Admission::work(std::size_t host, HostDeadline& deadline) {
    connected(host);
    const auto held = deadline.hold();
    co_return co_await at_work_.enter(deadline);
}

// A narrow window lets fewer hosts connect as well.
void Admission::fit_to_window() {
    const auto size = window_.size();
    at_work_.resize(size);
    queue_.resize_all(size + rules_.connecting * size / rules_.jobs);
}

void Admission::ended(const HostResult& result) {
    const auto at = active_.find(result.index);
    if (at == active_.end()) return;
    const auto active = std::move(at->second);
    active_.erase(at);
    for (const auto limiter : active.further)
        queue_.leave(limiter);
    queue_.release(active.ticket);
    if (active.passed_over && active.connected) queue_.leave(*active.login);
    if (window_.ended(active.start, traffic_of(result))) fit_to_window();
    const auto& credential = targets_[result.index].credential;
    if (!credential.empty()) logins_.ended(credential, result.index);
    for_transport_.wake();
    events_.room();
}

Task<bool>
Admission::change_transport(std::size_t host, std::string transport, HostDeadline& deadline) {
    const auto wanted = limiters_of(targets_[host], transport);
    const auto at = active_.find(host);
    if (at == active_.end()) co_return true;
    // Iterators into the map do not survive the wait; the element does.
    auto& active = at->second;
    if (!std::exchange(active.changed, true)) {
        for (const auto limiter : limiters_of(targets_[host], targets_[host].route.front()))
            queue_.release_early(active.ticket, limiter);
    }
    for (const auto limiter : active.further)
        queue_.leave(limiter);
    active.further.clear();
    for_transport_.wake();
    events_.room();
    const auto held = deadline.hold(); // how few may go this way at once is our own limit
    while (!enter_all(wanted)) {
        const bool awake = co_await for_transport_.wait(deadline);
        if (!awake) co_return false;
    }
    active.further = wanted;
    co_return true;
}

void Admission::changed(const std::string& credential, const Breaker& breaker) {
    if (const auto limiter = queue_.find("login " + credential)) {
        queue_.resize(*limiter, on_the_way(breaker));
    }
    if (breaker.stopped() && told_.insert(credential).second) {
        events_.stopped(credential, breaker);
    }
    events_.room();
}

std::string Admission::why_stopped(const std::string& credential) {
    if (!logins_.stopped(credential)) return {};
    const auto refusals = logins_.breaker(credential).refusals().size();
    return "credential '" + printable(credential, 60) + "' was refused by " +
           std::to_string(refusals) + (refusals == 1 ? " host" : " hosts") + " and stopped";
}

} // namespace rdpsweep
