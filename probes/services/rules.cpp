// SVC.STATE and SVC.ACCOUNT: TermService runs, as NETWORK SERVICE, and nothing it needs is
// disabled.
//
// Only Start=4 (disabled) is evidence of a fault: SessionEnv, KeyIso and UmRdpService are started
// on demand and are normally stopped. Article step 1 starts TermService; it has no word on the
// rest.
// Sample finding: broken, "TermService is stopped".
#include "probes/services/rules.hpp"

#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits state_traits{"SVC.STATE", Cause::services, "1", Severity::critical};
constexpr auto state_keys = with_shared(
    "SVC.STATE.ok",
    "SVC.STATE.missing",
    "SVC.STATE.state_unknown",
    "SVC.STATE.stopped",
    "SVC.STATE.stopped_disabled",
    "SVC.STATE.changing",
    "SVC.STATE.disabled_running",
    "SVC.STATE.needed_disabled",
    "SVC.STATE.needed_for_renewal",
    "SVC.STATE.sessionenv_disabled"
);
constexpr RuleTraits account_traits{"SVC.ACCOUNT", Cause::services, "", Severity::high};
constexpr auto account_keys = with_shared(
    "SVC.ACCOUNT.ok", "SVC.ACCOUNT.missing", "SVC.ACCOUNT.account_unknown", "SVC.ACCOUNT.other"
);

constexpr std::uint32_t start_disabled = 4;              // SERVICE_DISABLED
constexpr std::string_view network_service = "S-1-5-20"; // [MS-DTYP] 2.4.2.4

std::string service_pointer(const ServiceFacts& facts, const Service& service, const char* member) {
    const auto index = static_cast<std::size_t>(&service - facts.services.data());
    return pointer_at("/svc", index, member);
}

bool disabled(const Service* service) {
    return service != nullptr && service->start == start_disabled;
}

bool running(const Service& service) {
    return service.state == ServiceState::running;
}

std::string state_text(const Service& service) {
    if (!service.state) return "unread";
    return std::to_string(static_cast<unsigned>(*service.state));
}

Draft& show(Draft& draft, const ServiceFacts& facts, const Service& service) {
    draft.with("service", service.name);
    draft.saw(
        service_pointer(facts, service, "state"),
        service.name + " " + state_text(service),
        "4 (running)"
    );
    draft.saw(
        service_pointer(facts, service, "start"), service.name + " " + text(service.start), "2 or 3"
    );
    if (service.exit_code.value_or(0) != 0)
        draft.saw(service_pointer(facts, service, "exit"), text(service.exit_code), "0");
    return draft;
}

Finding judge_not_running(const ServiceFacts& services, const Service& term) {
    if (!term.state)
        return unknown(state_traits, "state_unknown")
            .saw(service_pointer(services, term, "state"), "unread", "4 (running)");
    const bool changing =
        *term.state == ServiceState::start_pending || *term.state == ServiceState::continue_pending;
    if (changing) {
        Draft draft = at_risk(state_traits, "changing");
        return show(draft, services, term);
    }
    Draft draft = broken(state_traits, disabled(&term) ? "stopped_disabled" : "stopped");
    return show(draft, services, term);
}

// Without them no certificate is made; a listener that has one goes on (Microsoft, "An internal
// error has occurred"). So only a trial that fails makes them the fault.
Draft judge_without_key_service(const Facts& facts, const Service& needed) {
    // Disabled but still running works until the next boot.
    if (running(needed)) return at_risk(state_traits, "disabled_running");
    if (trial(facts) == Trial::fails)
        return broken(state_traits, "needed_disabled").severity(Severity::high);
    return at_risk(state_traits, "needed_for_renewal");
}

// The services TermService cannot do without, once it runs itself.
Finding judge_needed(const Facts& facts, const Service& term) {
    const ServiceFacts& services = *facts.services;
    for (const std::string_view name : {"KeyIso", "CryptSvc"}) {
        const Service* needed = services.find(name);
        if (!disabled(needed)) continue;
        Draft draft = judge_without_key_service(facts, *needed);
        return show(draft, services, *needed);
    }
    if (disabled(&term)) {
        Draft draft = at_risk(state_traits, "disabled_running");
        return show(draft, services, term);
    }
    if (const Service* needed = services.find("SessionEnv"); disabled(needed)) {
        Draft draft = at_risk(state_traits, "sessionenv_disabled");
        return show(draft, services, *needed);
    }
    return ok(state_traits).saw(service_pointer(services, term, "state"), "4", "4 (running)");
}

Finding evaluate_state(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(state_traits, facts, facts.services, "/svc")) return *lost;
    const Service* term = facts.services->find("TermService");
    if (term == nullptr)
        return broken(state_traits, "missing").saw("/svc", "no TermService", "TermService");
    if (!running(*term)) return judge_not_running(*facts.services, *term);
    return judge_needed(facts, *term);
}

Finding evaluate_account(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(account_traits, facts, facts.services, "/svc")) return *lost;
    const Service* term = facts.services->find("TermService");
    if (term == nullptr) return not_applicable(account_traits, "missing");
    const std::string where = service_pointer(*facts.services, *term, "acct_sid");
    const std::string expected = std::string(network_service) + " (NETWORK SERVICE)";
    if (term->account_sid.empty())
        return unknown(account_traits, "account_unknown").saw(where, "unread", expected);
    if (term->account_sid == network_service) return ok(account_traits);
    return broken(account_traits, "other")
        .with("account", term->account_sid)
        .saw(where, term->account_sid, expected);
}

} // namespace

Rule service_state_rule() noexcept {
    return make_rule(state_traits, state_keys, evaluate_state);
}

Rule service_account_rule() noexcept {
    return make_rule(account_traits, account_keys, evaluate_account);
}

} // namespace rdpsweep
