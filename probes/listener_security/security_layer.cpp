// SEC.LAYER: the listener's security settings can be agreed on with a client, and use TLS.
//
// Article, offline step 4 ("enable NLA") sets SecurityLayer, UserAuthentication and
// fAllowSecProtocolNegotiation. The built-in command ResetRDPCert leaves SecurityLayer 0 and
// MinEncryptionLevel 1: it turns TLS off instead of curing the certificate, which has a key of its
// own here. Policy values win over the listener's own.
// Sample finding: at_risk, "SecurityLayer 0 and MinEncryptionLevel 1: left by ResetRDPCert".
#include "probes/listener_security/rules.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/policy_proof.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"SEC.LAYER", Cause::listener_security, "offline.4", Severity::critical};
constexpr auto keys = with_shared(
    "SEC.LAYER.ok",
    "SEC.LAYER.out_of_range",
    "SEC.LAYER.out_of_range_works",
    "SEC.LAYER.nla_without_tls",
    "SEC.LAYER.not_in_force",
    "SEC.LAYER.reset_residue",
    "SEC.LAYER.test_residue",
    "SEC.LAYER.tls_off",
    "SEC.LAYER.inconsistent",
    "SEC.LAYER.negotiation_off",
    "SEC.LAYER.weak_encryption",
    "SEC.LAYER.nla_off"
);

struct Settings {
    std::uint32_t layer = 2; // 0 RDP, 1 negotiate, 2 TLS; an absent value is one Windows chooses
    std::uint32_t nla = 1;
    std::uint32_t min_encryption = 2; // 1 low, 2 client compatible, 3 high, 4 FIPS
};

Settings settings_of(const SecurityFacts& security) {
    const Settings stock;
    Settings settings;
    settings.layer = security.effective_layer().value_or(stock.layer);
    settings.nla = security.effective_nla().value_or(stock.nla);
    settings.min_encryption = security.effective_min_encryption().value_or(stock.min_encryption);
    return settings;
}

Draft& show(Draft& draft, const SecurityFacts& security) {
    draft.with("layer", text(security.effective_layer()));
    draft.with("nla", text(security.effective_nla()));
    draft.with("minenc", text(security.effective_min_encryption()));
    draft.saw(
        security.policy_layer ? "/sec/policy/layer" : "/sec/layer",
        text(security.effective_layer()),
        "1 or 2"
    );
    draft.saw(
        security.policy_nla ? "/sec/policy/nla" : "/sec/nla", text(security.effective_nla()), "1"
    );
    draft.saw(
        security.policy_min_encryption ? "/sec/policy/minenc" : "/sec/minenc",
        text(security.effective_min_encryption()),
        "2 or 3"
    );
    return draft;
}

// Tells whether the policy value comes from Microsoft's own article on the internal error, which
// has people write SecurityLayer 0 and UserAuthentication 0 below the Policies key as a test: a VM
// of no domain, and no policy that is known to set either.
bool is_test_residue(const Facts& facts) {
    const SecurityFacts& security = *facts.security;
    constexpr std::uint32_t standalone_client = 0, standalone_server = 2; // DomainRole
    const Dword role = facts.os ? facts.os->domain_role : Dword{};
    if (role != standalone_client && role != standalone_server) return false;
    if (security.policy_layer != 0u || security.policy_nla.value_or(0) != 0) return false;
    if (!facts.group_policy || facts.why_unread("/gp/registry_pol") != nullptr) return false;
    if (facts.group_policy->mdm || facts.group_policy->dsc) return false;
    return !is_set_by_policy(facts, "SecurityLayer") &&
           !is_set_by_policy(facts, "UserAuthentication");
}

// Judges layer 0 in the registry, in order of what it means.
Draft judge_layer_zero(const Facts& facts, const Settings& settings) {
    // Only a value that was read requires NLA: what an absent one means with layer 0 is not known.
    const bool nla_required = facts.security->effective_nla() == 1u;
    // TLS was just completed: the running listener was configured before the value was written.
    const bool residue = is_test_residue(facts);
    if (completed_handshake(facts) != nullptr)
        return at_risk(traits, residue ? "test_residue" : "not_in_force");
    if (nla_required) return broken(traits, residue ? "test_residue" : "nla_without_tls");
    if (residue) return at_risk(traits, "test_residue");
    return at_risk(traits, settings.min_encryption == 1 ? "reset_residue" : "tls_off");
}

// Says that the listener is told not to negotiate TLS and NLA. Microsoft's articles want it to, and
// none says what becomes of clients if it does not: a suspect, never more.
Draft judge_negotiation(const Facts& facts) {
    Draft draft = at_risk(traits, "negotiation_off").confidence(Confidence::circumstantial);
    if (completed_handshake(facts) != nullptr) draft.severity(Severity::low);
    draft.saw("/sec/negotiate", text(facts.security->negotiate), "1");
    return draft;
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    for (const auto* pointer : {"/sec/layer", "/sec/nla", "/sec/minenc", "/sec/policy"}) {
        if (auto lost = missing(traits, facts, facts.security, pointer)) return *lost;
    }
    const SecurityFacts& security = *facts.security;
    const Settings settings = settings_of(security);
    Draft draft = ok(traits);
    if (settings.layer > 2 || settings.nla > 1 || settings.min_encryption < 1 ||
        settings.min_encryption > 4)
        draft = completed_handshake(facts) != nullptr ? at_risk(traits, "out_of_range_works")
                                                      : broken(traits, "out_of_range");
    else if (settings.layer == 0)
        draft = judge_layer_zero(facts, settings);
    else if (settings.layer == 2 && settings.min_encryption == 1)
        draft = at_risk(traits, "inconsistent");
    else if (security.negotiate == 0u)
        draft = judge_negotiation(facts);
    // The last two weaken the host and keep nobody out: hygiene.
    else if (settings.min_encryption == 1)
        draft = at_risk(traits, "weak_encryption").severity(Severity::low);
    else if (settings.nla == 0)
        draft = at_risk(traits, "nla_off").severity(Severity::low);
    return show(draft, security);
}

} // namespace

Rule security_layer_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
