// Fix services: what the finding names is no longer disabled, and TermService runs.
//
// The shipped start types, in the order of the article's step 1 and of what needs what. Hardening
// guides disable some of these services on purpose: where another one is the fault, they stay as
// they are. Services that are started on demand are left to be.
#include "core/service_start.hpp"
#include "core/text.hpp"
#include "probes/fix/fixes.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/services/rules.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

struct Shipped {
    std::string_view name;
    std::uint32_t start;
    bool runs; // all the time
};

constexpr std::array shipped{
    Shipped{"CryptSvc", service_start::automatic, true},
    Shipped{"KeyIso", service_start::manual, false},
    Shipped{"CertPropSvc", service_start::manual, false},
    Shipped{"SessionEnv", service_start::manual, false},
    Shipped{"TermService", service_start::manual, true}};

constexpr std::array<std::string_view, 5> declared{
    "service:CryptSvc",
    "service:KeyIso",
    "service:CertPropSvc",
    "service:SessionEnv",
    "service:TermService"};

std::string start_state(std::uint32_t start) {
    return "start:" + std::to_string(start);
}

const Shipped* shipped_as(std::string_view name) {
    const auto* found = std::find_if(shipped.begin(), shipped.end(), [name](const auto& one) {
        return iequals(one.name, name);
    });
    return found == shipped.end() ? nullptr : found;
}

std::string named_by(const Finding& finding) {
    const auto found = finding.summary.arguments.find("service");
    return found == finding.summary.arguments.end() ? std::string() : found->second;
}

bool is_stopped(const Service& service) {
    return service.state == ServiceState::stopped;
}

// Makes the service in facts what it will be once the fix is through.
void cure_in(Facts& facts, const Shipped& wanted) {
    for (auto& service : facts.services.value->services) {
        if (!iequals(service.name, wanted.name)) continue;
        if (service.start == service_start::disabled) service.start = wanted.start;
        if (wanted.runs && is_stopped(service)) service.state = ServiceState::running;
    }
}

// Returns what the finding names; and what the rule would name next, as long as RDP is broken for
// it: the rule names one service at a time.
std::vector<const Shipped*> to_cure(const Facts& facts, const Finding& finding) {
    std::vector<const Shipped*> found;
    Facts after = facts;
    Finding next = finding;
    while (found.size() < shipped.size()) {
        const auto* wanted = shipped_as(named_by(next));
        if (wanted == nullptr) break;
        found.push_back(wanted);
        cure_in(after, *wanted);
        next = service_state_rule().evaluate(after, Policy{}, after.received_at);
        if (next.verdict != Verdict::broken) break;
    }
    std::sort(found.begin(), found.end()); // in the order of the table
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

Prepared prepare_services(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (!facts.services) return Refusal{"fix.refused.unread", {{"fact", "/svc"}}};
    const auto* term = facts.services->find("TermService");
    constexpr std::string_view network_service = "S-1-5-20"; // [MS-DTYP] 2.4.2.4
    // Gone, or run as somebody else: somebody has been at work here.
    if (term == nullptr || term->account_sid != network_service)
        return Refusal{"fix.refused.other_case", {}};
    std::vector<Change> changes;
    for (const auto* wanted : to_cure(facts, finding)) {
        const auto* service = facts.services->find(wanted->name);
        if (service == nullptr) continue;
        const std::string name(wanted->name);
        if (!service->start || (wanted->runs && !service->state))
            return Refusal{"fix.refused.unread", {{"fact", "/svc"}}};
        if (service->start == service_start::disabled)
            changes.push_back(
                {Change::Kind::start,
                 name,
                 "",
                 start_state(service_start::disabled),
                 start_state(wanted->start)}
            );
        if (wanted->runs && is_stopped(*service))
            changes.push_back({Change::Kind::run, name, "", "stopped", "running"});
    }
    return changes;
}

} // namespace

Fix services_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"SVC.STATE"};
    return {
        .id = "services",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::if_still_failing,
        .declared = declared,
        .prepare = prepare_services};
}

} // namespace rdpsweep
