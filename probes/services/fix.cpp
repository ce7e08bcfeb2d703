// Fix services: what TermService needs is no longer disabled, and TermService runs.
//
// The shipped start types, in the order of the article's step 1 and of what needs what. Services
// that are started on demand are left to be.
#include "probes/fix/fixes.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr std::uint32_t automatic = 2, manual = 3, disabled = 4; // winsvc.h

struct Shipped {
    std::string_view name;
    std::uint32_t start;
    bool runs; // all the time
};

constexpr std::array shipped{
    Shipped{"CryptSvc", automatic, true},
    Shipped{"KeyIso", manual, false},
    Shipped{"SessionEnv", manual, false},
    Shipped{"TermService", manual, true},
    Shipped{"UmRdpService", manual, false}};

constexpr std::array<std::string_view, 5> declared{
    "service:CryptSvc",
    "service:KeyIso",
    "service:SessionEnv",
    "service:TermService",
    "service:UmRdpService"};

std::string start_state(std::uint32_t start) {
    return "start:" + std::to_string(start);
}

Prepared prepare_services(const Facts& facts, const Finding&, const FixChoices&) {
    if (!facts.services) return Refusal{"fix.refused.unread", {{"fact", "/svc"}}};
    const auto* term = facts.services->find("TermService");
    constexpr std::string_view network_service = "S-1-5-20"; // [MS-DTYP] 2.4.2.4
    // Gone, or run as somebody else: somebody has been at work here.
    if (term == nullptr || term->account_sid != network_service)
        return Refusal{"fix.refused.other_case", {}};
    std::vector<Change> changes;
    for (const auto& wanted : shipped) {
        const auto* service = facts.services->find(wanted.name);
        if (service == nullptr) continue;
        const bool stopped = service->state == ServiceState::stopped;
        if (!service->start || (wanted.runs && !service->state))
            return Refusal{"fix.refused.unread", {{"fact", "/svc"}}};
        if (service->start == disabled)
            changes.push_back(
                {Change::Kind::start,
                 std::string(wanted.name),
                 "",
                 start_state(disabled),
                 start_state(wanted.start)}
            );
        if (wanted.runs && stopped)
            changes.push_back(
                {Change::Kind::run, std::string(wanted.name), "", "stopped", "running"}
            );
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
