// SVC.STATE: TermService runs, and nothing it needs is disabled.
//
// Only Start=4 (disabled) is evidence of a fault, or a service that is gone: SessionEnv, KeyIso and
// UmRdpService are started on demand and are normally stopped. What is needed to make a certificate
// does not break a listener that serves one. Article step 1 starts TermService; it has no word on
// the rest. Of a VM that was read from its disk start types alone are judged: what is disabled
// there does not start.
// Sample finding: broken, "TermService is stopped".
#include "probes/services/rules.hpp"

#include "core/service_start.hpp"
#include "core/text.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/reading/service_events.hpp"

#include <algorithm>

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
    "SVC.STATE.hangs",
    "SVC.STATE.disabled_running",
    "SVC.STATE.needed_disabled",
    "SVC.STATE.needed_for_renewal",
    "SVC.STATE.needed_missing",
    "SVC.STATE.sessionenv_disabled",
    "SVC.STATE.certprop_disabled",
    "SVC.STATE.start_disabled",
    "SVC.STATE.start_needed"
);

std::string service_pointer(const ServiceFacts& facts, const Service& service, const char* member) {
    const auto index = static_cast<std::size_t>(&service - facts.services.data());
    return pointer_at("/svc", index, member);
}

bool disabled(const Service* service) {
    return service != nullptr && service->start == service_start::disabled;
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
    if (service.state)
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

// Adds the last event that says why the service is down: 7000 with %%1069 (logon) say.
void show_last_failure(Draft& draft, const Facts& facts, const Service& service) {
    const auto failures = service_failures(facts, service.name);
    if (failures.empty()) return;
    const Event& last = *failures.front().event;
    const std::string code = data_of(last, "param2");
    const bool coded = code.starts_with("%%");
    const std::string words = "SCM " + std::to_string(last.id) + (coded ? " " + code : "");
    draft.saw(pointer_at("/evt", failures.front().index, ""), words, "no such event");
}

// Tells whether TermService's process is older than any start takes, and holds no RDP port yet.
bool hangs(const Facts& facts, const Service& term, std::int64_t vm_now) {
    constexpr std::int64_t longest_start =
        15 * 60; // seconds; our choice, SCM itself waits for 30 s
    if (!facts.rdp_port || facts.why_unread("/listener/sockets") != nullptr) return false;
    if (!term.proc_start || vm_now - *term.proc_start < longest_start) return false;
    const auto& sockets = facts.rdp_port->sockets;
    return std::none_of(sockets.begin(), sockets.end(), [&](const Socket& socket) {
        return socket.port == facts.rdp_port->port() && socket.pid == term.pid;
    });
}

Finding judge_not_running(const Facts& facts, const Service& term, std::int64_t vm_now) {
    const ServiceFacts& services = *facts.services;
    if (!term.state)
        return unknown(state_traits, "state_unknown")
            .saw(service_pointer(services, term, "state"), "unread", "4 (running)");
    const bool starting =
        *term.state == ServiceState::start_pending || *term.state == ServiceState::continue_pending;
    if (starting && hangs(facts, term, vm_now)) {
        Draft draft = broken(state_traits, "hangs").with("since", to_iso8601(*term.proc_start));
        draft.saw("/listener/sockets", "none of TermService", "TermService");
        return show(draft, services, term);
    }
    Draft draft = starting          ? at_risk(state_traits, "changing")
                  : disabled(&term) ? broken(state_traits, "stopped_disabled")
                                    : broken(state_traits, "stopped");
    show(draft, services, term);
    show_last_failure(draft, facts, term);
    return draft;
}

// Judges a service without which no certificate is made; a listener that has one goes on
// (Microsoft, "An internal error has occurred"). So only a trial that fails makes it the fault.
Draft judge_disabled(const Facts& facts, const Service& needed) {
    // Disabled but still running works until the next boot.
    if (running(needed)) return at_risk(state_traits, "disabled_running");
    if (trial(facts) == Trial::fails)
        return broken(state_traits, "needed_disabled").severity(Severity::high);
    return at_risk(state_traits, "needed_for_renewal");
}

// Returns the finding for a service that is gone without which no certificate can be made.
std::optional<Finding> judge_gone(const ServiceFacts& services) {
    for (const std::string_view name : {"KeyIso", "CryptSvc", "SessionEnv"}) {
        if (services.find(name) != nullptr) continue;
        return at_risk(state_traits, "needed_missing")
            .with("service", std::string(name))
            .saw("/svc", "no " + std::string(name), std::string(name));
    }
    return std::nullopt;
}

// Judges the services without which neither key nor certificate can be made.
std::optional<Finding> judge_needed(const Facts& facts) {
    const ServiceFacts& services = *facts.services;
    for (const std::string_view name : {"KeyIso", "CryptSvc"}) {
        const Service* needed = services.find(name);
        if (!disabled(needed)) continue;
        Draft draft = judge_disabled(facts, *needed);
        return show(draft, services, *needed);
    }
    return judge_gone(services);
}

// Tells whether Windows will have to make a certificate of its own soon, or should have by now.
bool renewal_near(const Facts& facts, const Policy& policy, std::int64_t vm_now) {
    if (!facts.rdp_certificate || own_left_out(facts)) return false;
    const CertificateFacts& certificates = *facts.rdp_certificate;
    const StoredCertificate* own = self_signed_certificate(certificates);
    const StoredCertificate* configured = configured_certificate(certificates);
    if (configured != own || (own != nullptr && !own->parsed)) return false;
    const std::int64_t warning = std::chrono::seconds(policy.self_signed_warning).count();
    return own == nullptr || own->parsed->not_after - vm_now <= warning;
}

// Judges services whose being disabled is a risk alone.
std::optional<Finding>
judge_renewal(const Facts& facts, const Policy& policy, std::int64_t vm_now) {
    const ServiceFacts& services = *facts.services;
    const auto at_risk_of = [&](const char* slug, const Service& service) -> Finding {
        Draft draft = at_risk(state_traits, slug);
        return show(draft, services, service);
    };
    if (const auto* needed = services.find("SessionEnv"); disabled(needed))
        return at_risk_of("sessionenv_disabled", *needed);
    if (const auto* needed = services.find("CertPropSvc");
        disabled(needed) && renewal_near(facts, policy, vm_now))
        return at_risk_of("certprop_disabled", *needed);
    return std::nullopt;
}

// Judges a start type of a disk: what is disabled there will not start with Windows. A client that
// was served shows that the running Windows was started otherwise.
Finding judge_start(const Facts& facts, const Service& service, const char* slug) {
    const bool answers = trial(facts) == Trial::works;
    const bool itself = iequals(service.name, "TermService");
    Draft draft = answers ? at_risk(state_traits, itself ? "disabled_running" : slug)
                          : broken(state_traits, slug);
    if (!answers && !itself) draft.severity(Severity::high);
    return show(draft, *facts.services, service);
}

// Judges what a disk tells of services: start types, and which services there are.
Finding judge_start_types(const Facts& facts, const Policy& policy, std::int64_t vm_now) {
    const ServiceFacts& services = *facts.services;
    for (const std::string_view name : {"TermService", "KeyIso", "CryptSvc"}) {
        const Service* service = services.find(name);
        if (service == nullptr) continue;
        if (!service->start)
            return unread(state_traits, facts, service_pointer(services, *service, "start"));
        if (disabled(service))
            return judge_start(
                facts, *service, name == "TermService" ? "start_disabled" : "start_needed"
            );
    }
    if (auto gone = judge_gone(services)) return *gone;
    if (auto risk = judge_renewal(facts, policy, vm_now)) return *risk;
    return offline(state_traits, service_pointer(services, *services.find("TermService"), "state"));
}

Finding evaluate_state(const Facts& facts, const Policy& policy, std::int64_t now) {
    if (auto lost = missing(state_traits, facts, facts.services, "/svc")) return *lost;
    const ServiceFacts& services = *facts.services;
    const std::int64_t vm_now = clocks_of(facts, policy, now).vm;
    const Service* term = services.find("TermService");
    if (term == nullptr)
        return broken(state_traits, "missing").saw("/svc", "no TermService", "TermService");
    if (read_from_disk(facts) || needs_running(facts, service_pointer(services, *term, "state")))
        return judge_start_types(facts, policy, vm_now);
    if (!running(*term)) return judge_not_running(facts, *term, vm_now);
    if (auto needed = judge_needed(facts)) return *needed;
    if (disabled(term)) {
        Draft draft = at_risk(state_traits, "disabled_running");
        return show(draft, services, *term);
    }
    if (auto risk = judge_renewal(facts, policy, vm_now)) return *risk;
    return ok(state_traits).saw(service_pointer(services, *term, "state"), "4", "4 (running)");
}

} // namespace

Rule service_state_rule() noexcept {
    return make_rule(state_traits, state_keys, evaluate_state);
}

} // namespace rdpsweep
