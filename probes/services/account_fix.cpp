// Fix account: TermService runs as NETWORK SERVICE again.
//
// Only from an account without a password (LocalSystem, LOCAL SERVICE, a service's own): from any
// other there is no way back, since its password cannot be read. An account that may not log on
// (1069) leaves TermService down: then it is started as well, and stopped again by the way back.
#include "core/service_start.hpp"
#include "probes/fix/fixes.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 1> rules{"SVC.ACCOUNT"};
constexpr std::array<std::string_view, 1> declared{"service:TermService"};

bool has_no_password(std::string_view account) {
    // [MS-DTYP] 2.4.2.4; S-1-5-80-... is NT SERVICE\<name>.
    return account == sid::system || account == "S-1-5-19" || account.starts_with("S-1-5-80-");
}

Prepared prepare_account(const Facts& facts, const Finding& finding, const FixChoices&) {
    const std::string& key = finding.summary.key;
    if (key != "SVC.ACCOUNT.other" && key != "SVC.ACCOUNT.other_works")
        return Refusal{"fix.refused.other_case", {}};
    const auto* term = facts.services ? facts.services->find("TermService") : nullptr;
    if (term == nullptr || term->account_sid.empty())
        return Refusal{"fix.refused.unread", {{"fact", "/svc"}}};
    if (!has_no_password(term->account_sid))
        return Refusal{"fix.refused.password", {{"account", term->account_sid}}};
    if (!term->state || !term->start) return Refusal{"fix.refused.unread", {{"fact", "/svc"}}};
    std::vector<Change> changes{
        {Change::Kind::account,
         "TermService",
         "",
         "account:" + term->account_sid,
         "account:" + sid::network_service}};
    if (*term->state != ServiceState::stopped) return changes;
    if (term->start == service_start::disabled)
        changes.push_back({Change::Kind::start, "TermService", "", "start:4", "start:3"});
    changes.push_back({Change::Kind::run, "TermService", "", "stopped", "running"});
    return changes;
}

} // namespace

Fix account_fix() noexcept {
    return {
        .id = "account",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::needed,
        .declared = declared,
        .prepare = prepare_account};
}

} // namespace rdpsweep
