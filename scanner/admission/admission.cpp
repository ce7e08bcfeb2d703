// Builds the limiters of a run from the inventory's limits, and asks window and gate before a host
// may go.
#include "scanner/admission/admission.hpp"

#include "core/text.hpp"
#include "scanner/admission/keys.hpp"
#include "transports/registry.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

void tighten(std::optional<std::size_t>& limit, std::optional<std::size_t> by) {
    if (by) limit = std::min(limit.value_or(*by), *by);
}

// Tells whether the host itself said no, or hung up: the way to it is clear.
bool said_by_host(Errc code) noexcept {
    return code == Errc::refused || code == Errc::peer_closed ||
           code == Errc::certificate_rejected || code == Errc::protocol_violation;
}

} // namespace

AdmissionRules admission_rules(const std::vector<LimitSpec>& limits, std::size_t jobs) {
    AdmissionRules rules;
    std::optional<std::size_t> all = jobs;
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
    rules.jobs = *all;
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
    : targets_(targets), rules_(rules), events_(std::move(events)), queue_(rules.jobs),
      window_(rules.jobs), logins_(
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
        const auto width = logins_.breaker(target.credential).width();
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

std::optional<std::size_t> Admission::take() {
    auto ticket = queue_.take();
    if (!ticket) return std::nullopt;
    const auto host = ticket->host;
    active_.insert_or_assign(host, Active{std::move(*ticket), window_.epoch(), {}});
    return host;
}

void Admission::ended(const HostResult& result) {
    const auto at = active_.find(result.index);
    if (at == active_.end()) return;
    const auto active = std::move(at->second);
    active_.erase(at);
    for (const auto limiter : active.further)
        queue_.leave(limiter);
    queue_.release(active.ticket);
    if (window_.ended(active.epoch, traffic_of(result))) queue_.resize_all(window_.size());
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
    while (!enter_all(wanted)) {
        const bool awake = co_await for_transport_.wait(deadline);
        if (!awake) co_return false;
    }
    active.further = wanted;
    co_return true;
}

void Admission::changed(const std::string& credential, const Breaker& breaker) {
    if (const auto limiter = queue_.find("login " + credential)) {
        queue_.resize(*limiter, breaker.width());
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
