// SVC.ACCOUNT: TermService runs as NETWORK SERVICE.
//
// Not in the article. The rights of the private key are for that account: as another one
// TermService cannot open it.
// Sample finding: broken, "TermService is set to run as S-1-5-18".
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/services/rules.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"SVC.ACCOUNT", Cause::services, "", Severity::high};
constexpr auto keys = with_shared(
    "SVC.ACCOUNT.ok",
    "SVC.ACCOUNT.missing",
    "SVC.ACCOUNT.account_unknown",
    "SVC.ACCOUNT.other",
    "SVC.ACCOUNT.other_works"
);

constexpr std::string_view network_service = "S-1-5-20"; // [MS-DTYP] 2.4.2.4

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.services, "/svc")) return *lost;
    const Service* term = facts.services->find("TermService");
    if (term == nullptr) return not_applicable(traits, "missing");
    const auto index = static_cast<std::size_t>(term - facts.services->services.data());
    const std::string where = pointer_at("/svc", index, "acct_sid");
    const std::string expected = std::string(network_service) + " (NETWORK SERVICE)";
    if (term->account_sid.empty())
        return unknown(traits, "account_unknown").saw(where, "unread", expected);
    if (term->account_sid == network_service) return ok(traits);
    // What was tried outranks what stands in the registry, which may hold from the next start on.
    Draft draft =
        trial(facts) == Trial::works ? at_risk(traits, "other_works") : broken(traits, "other");
    return draft.with("account", term->account_sid).saw(where, term->account_sid, expected);
}

} // namespace

Rule service_account_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
