// NLA.CREDSSP: what NLA asks for before the logon screen is given and answered.
//
// Not in the article. Port, TLS and certificate may all be sound and NLA still fail, which users
// read as an internal or an authentication error. RestrictReceivingNTLMTraffic 1 refuses NTLM of
// domain accounts, 2 of all (Microsoft, "Network security: Restrict NTLM: Incoming NTLM traffic");
// Kerberos needs a domain and a name, so that an IP address or a local account has no way left.
// AllowEncryptionOracle 0 refuses clients without the update of CVE-2018-0886 only (KB4093492): a
// baseline wants it so. Values are meant until somebody is seen to fail: they are never broken.
// LmCompatibilityLevel is not judged: 5 refuses what no client has sent unasked since Vista.
// Sample finding: at_risk, "RestrictReceivingNTLMTraffic is 2, and NLA did not answer (closed)".
#include "core/text.hpp"
#include "probes/listener_security/rules.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"NLA.CREDSSP", Cause::listener_security, "", Severity::critical};
constexpr auto keys = with_shared(
    "NLA.CREDSSP.ok",
    "NLA.CREDSSP.ntlm_refused",
    "NLA.CREDSSP.ntlm_blocked",
    "NLA.CREDSSP.ntlm_none",
    "NLA.CREDSSP.ntlm_domain",
    "NLA.CREDSSP.leg",
    "NLA.CREDSSP.leg_refused",
    "NLA.CREDSSP.updated_only",
    "NLA.CREDSSP.vulnerable"
);

constexpr std::uint32_t no_domain_accounts = 1, no_accounts = 2; // RestrictReceivingNTLMTraffic
constexpr std::uint32_t force_updated = 0, vulnerable = 2;       // AllowEncryptionOracle

// Tells whether the VM is of no domain, so that no account has Kerberos; false when not known.
bool is_standalone(const Facts& facts) {
    const Dword role = facts.os ? facts.os->domain_role : Dword{};
    return role == 0u || role == 2u;
}

// Tells whether NTLM is refused to accounts that there are.
bool refuses_ntlm(const Facts& facts) {
    const Dword value = facts.security->ntlm_in;
    return value == no_accounts || (value == no_domain_accounts && !is_standalone(facts));
}

// Returns the handshake from outside whose first leg of CredSSP failed after TLS, or null.
const HandshakeFacts* failed_leg(const Facts& facts) {
    if (!facts.handshakes) return nullptr;
    const HandshakeFacts* shake = facts.handshake_from("outside");
    return shake != nullptr && !shake->nla_failure.empty() ? shake : nullptr;
}

// Returns the records of NTLM refused to TermService's own process (Microsoft-Windows-NTLM 4002).
std::vector<LoggedEvent> blocked_logons(const Facts& facts) {
    const Service* term = facts.services ? facts.services->find("TermService") : nullptr;
    if (!facts.events || term == nullptr || term->pid == 0) return {};
    const std::string pid = std::to_string(term->pid);
    return events_of(facts, "NTLM", [&pid](const Event& event) {
        return event.id == 4002 && data_of(event, "CallerPID") == pid;
    });
}

Draft& show_leg(Draft& draft, const Facts& facts, const HandshakeFacts& shake) {
    const auto index = static_cast<std::size_t>(&shake - facts.handshakes->data());
    return draft.with("nla", shake.nla_failure)
        .saw(pointer_at("/hs", index, "nla_errno"), shake.nla_failure, "none");
}

// Judges a refusal of NTLM. Clients with Kerberos get in all the same, and without NLA nobody is
// asked; where neither is so, nobody gets in. A leg from here speaks NTLM alone: on a member of a
// domain it fails as the value means it to. The first leg names no account: that it failed is
// explained by a refusal of all of them only.
Finding judge_ntlm(const Facts& facts) {
    const SecurityFacts& security = *facts.security;
    const bool all = security.ntlm_in == no_accounts;
    const bool nobody = all && is_standalone(facts);
    const bool required = security.effective_nla().value_or(1) != 0;
    const HandshakeFacts* leg = failed_leg(facts);
    const auto blocked = blocked_logons(facts);
    const bool fails = leg != nullptr && all && required;
    Draft draft = at_risk(traits, all ? "ntlm_none" : "ntlm_domain")
                      .severity(nobody || leg != nullptr ? Severity::high : Severity::medium);
    if (!blocked.empty()) draft = at_risk(traits, "ntlm_blocked");
    if (fails) draft = nobody ? broken(traits, "ntlm_refused") : at_risk(traits, "ntlm_refused");
    if (fails)
        draft.severity(nobody ? Severity::critical : Severity::high)
            .confidence(Confidence::functional);
    else if (!required)
        draft.severity(Severity::low);
    draft.with("value", text(security.ntlm_in))
        .saw("/sec/ntlm_in", text(security.ntlm_in), "absent or 0");
    if (leg != nullptr) show_leg(draft, facts, *leg);
    if (!blocked.empty()) {
        const LoggedEvent& last = blocked.front();
        draft.with("last", to_iso8601(last.event->time))
            .saw(pointer_at("/evt", last.index, ""), "NTLM 4002", "no such event");
    }
    return draft;
}

// Judges a leg that failed for no reason that was read. An error of CredSSP refuses NTLM: clients
// with Kerberos do not need it.
Finding judge_leg(const Facts& facts, const HandshakeFacts& leg) {
    const bool refused = leg.nla_failure == "refused";
    Draft draft = at_risk(traits, refused ? "leg_refused" : "leg");
    if (refused) draft.severity(Severity::low);
    draft.confidence(Confidence::functional);
    return show_leg(draft, facts, leg);
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    for (const auto* pointer : {"/sec/credssp", "/sec/ntlm_in"}) {
        auto lost = missing(traits, facts, facts.security, pointer);
        if (!lost) continue;
        return lower(*lost, Severity::medium); // seldom set: no reason to doubt the VM
    }
    if (refuses_ntlm(facts)) return judge_ntlm(facts);
    if (const HandshakeFacts* leg = failed_leg(facts)) return judge_leg(facts, *leg);
    const Dword oracle = facts.security->credssp;
    if (oracle == force_updated) return ok(traits, "updated_only");
    if (oracle != vulnerable) return ok(traits);
    return at_risk(traits, "vulnerable")
        .severity(Severity::low)
        .saw("/sec/credssp", text(oracle), "absent, 0 or 1");
}

} // namespace

Rule nla_credssp_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
