// TLS.SUITES and FIPS: at least one cipher suite fits the certificate's key and the protocols.
//
// Not in the article. A policy list of suites is normal, even on fresh Azure images; only an empty
// one is a fault by itself. A list whose suites all want another kind of key (ECDSA suites, RSA
// certificate) or a protocol that is off leaves nothing to agree on (Schannel event 36874).
// Sample finding: broken, "None of the 4 cipher suites of the policy list can be used".
#include "core/text.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/effective.hpp"
#include "probes/reading/event_log.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/tls_protocols/rules.hpp"
#include "probes/tls_protocols/suite.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits suites_traits{"TLS.SUITES", Cause::tls_protocols, "", Severity::critical};
constexpr auto suites_keys = with_shared(
    "TLS.SUITES.ok",
    "TLS.SUITES.ok_default",
    "TLS.SUITES.not_used",
    "TLS.SUITES.empty_policy",
    "TLS.SUITES.empty_local",
    "TLS.SUITES.none_usable",
    "TLS.SUITES.none_known",
    "TLS.SUITES.all_switched_off",
    "TLS.SUITES.not_in_force",
    "TLS.SUITES.few",
    "TLS.SUITES.no_curves",
    "TLS.SUITES.no_common"
);
constexpr RuleTraits fips_traits{"FIPS", Cause::tls_protocols, "", Severity::critical};
constexpr auto fips_keys =
    with_shared("FIPS.ok", "FIPS.on", "FIPS.min_encryption", "FIPS.no_suite");

constexpr std::size_t few = 3;                   // fewer leaves nothing when one more is retired
constexpr std::uint32_t fips_level = 4;          // MinEncryptionLevel
constexpr std::uint32_t no_common_suite = 36874; // Schannel event

bool fips_on(const Facts& facts) {
    return facts.security && facts.security->fips.value_or(0) != 0;
}

SuiteContext context_of(const Facts& facts) {
    SuiteContext context;
    const auto can = [&](TlsVersion version) { return possible(server_offer(facts, version)); };
    context.below_1_2 = can(TlsVersion::tls_1_0) || can(TlsVersion::tls_1_1);
    context.tls_1_2 = can(TlsVersion::tls_1_2);
    context.tls_1_3 = can(TlsVersion::tls_1_3);
    context.fips_only = fips_on(facts);
    context.before_2016 = build_of(facts).value_or(build::server_2019) <= build::server_2012_r2;
    if (!facts.rdp_certificate) return context;
    const StoredCertificate* certificate = configured_certificate(*facts.rdp_certificate);
    if (certificate == nullptr || !certificate->parsed) return context;
    context.rsa_key = certificate->parsed->key_type != "EC";
    context.ec_key = certificate->parsed->key_type != "RSA";
    return context;
}

Draft& show(Draft& draft, const SuiteList& list, const SuiteContext& context, std::size_t usable) {
    std::string names;
    constexpr std::size_t shown = 8;
    for (std::size_t i = 0; i < list.names.size() && i < shown; ++i)
        names += (i == 0 ? "" : ", ") + list.names[i];
    if (list.names.size() > shown) names += ", ...";
    std::string needs = context.rsa_key ? (context.ec_key ? "RSA or EC key" : "RSA key") : "EC key";
    if (context.fips_only) needs += ", FIPS";
    draft.with("listed", std::to_string(list.names.size()));
    draft.with("usable", std::to_string(usable)).with("needs", needs);
    draft.with("where", list.from_policy ? "policy" : "local");
    return draft.saw(
        std::string(list.pointer),
        list.by_default ? "absent"
        : names.empty() ? "empty"
                        : names,
        "a suite for: " + needs
    );
}

Draft& show_switched_off(Draft& draft, const SchannelFacts& schannel) {
    const auto add = [&](const char* base, const std::map<std::string, std::uint32_t>& table) {
        for (const auto& [name, enabled] : table) {
            if (enabled == 0) draft.saw(std::string(base) + "/" + name, name + " = 0", "absent");
        }
    };
    add("/tls/ciphers", schannel.ciphers);
    add("/tls/hashes", schannel.hashes);
    add("/tls/kx", schannel.key_exchanges);
    return draft;
}

// Tells whether the names of the list would do on a later release, and this one does not know them.
bool known_later(const Facts& facts, const SuiteList& list, SuiteContext context) {
    if (!context.before_2016) return false;
    context.before_2016 = false;
    return !usable_suites(list, *facts.schannel, context).empty();
}

Draft judge_none_usable(const Facts& facts, const SuiteList& list, const SuiteContext& context) {
    if (completed_handshake(facts) != nullptr) return at_risk(suites_traits, "not_in_force");
    if (list.by_default) {
        // Our sample of the default list, not the host's own: a failing handshake must agree.
        const bool fails = trial(facts) == Trial::fails;
        return fails ? broken(suites_traits, "all_switched_off")
                     : at_risk(suites_traits, "all_switched_off");
    }
    if (known_later(facts, list, context)) return broken(suites_traits, "none_known");
    if (!list.names.empty()) return broken(suites_traits, "none_usable");
    // Only the empty policy list is documented as a fault; an empty local one is not.
    return list.from_policy ? broken(suites_traits, "empty_policy")
                            : at_risk(suites_traits, "empty_local");
}

// Finds the event in which Schannel itself said, of our handshake, that client and server have no
// suite in common.
const Event* no_common_event(const Facts& facts) {
    if (!facts.events) return nullptr;
    for (const Event& event : facts.events->events) {
        if (event.id == no_common_suite && iequals(event.provider, "Schannel") &&
            brought_about(facts, event))
            return &event;
    }
    return nullptr;
}

Draft judge_usable(const Facts& facts, const SuiteList& list, std::size_t usable) {
    // A client that completed has a suite in common: then the event is the fault of one client.
    if (completed_handshake(facts) == nullptr && no_common_event(facts) != nullptr)
        return broken(suites_traits, "no_common").confidence(Confidence::functional);
    if (facts.schannel->curves && facts.schannel->curves->empty())
        return at_risk(suites_traits, "no_curves");
    if (list.by_default) return ok(suites_traits, "ok_default");
    return usable < few ? at_risk(suites_traits, "few") : ok(suites_traits);
}

Finding evaluate_suites(const Facts& facts, const Policy&, std::int64_t) {
    if (tls_never_used(facts)) return not_applicable(suites_traits, "not_used");
    for (const auto* pointer : {"/tls/suites_policy", "/tls/suites_local"}) {
        // An unread local list does not matter when a policy list overrides it.
        if (facts.schannel && facts.schannel->suites_policy) break;
        if (auto lost = missing(suites_traits, facts, facts.schannel, pointer)) return *lost;
    }
    const SuiteList list = suites_in_force(*facts.schannel);
    SuiteContext context = context_of(facts);
    // No protocol at all is TLS.PROTO's finding, not a matter of suites.
    if (!context.below_1_2 && !context.tls_1_2 && !context.tls_1_3)
        context.below_1_2 = context.tls_1_2 = true;
    const auto usable = usable_suites(list, *facts.schannel, context).size();
    Draft draft =
        usable == 0 ? judge_none_usable(facts, list, context) : judge_usable(facts, list, usable);
    show(draft, list, context, usable);
    if (usable == 0) show_switched_off(draft, *facts.schannel);
    if (facts.schannel->curves && facts.schannel->curves->empty())
        draft.saw("/tls/curves", "empty", "absent or some curves");
    return draft;
}

// FIPS alone is legitimate; it narrows the suites and breaks a listener that has none left.
Finding evaluate_fips(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(fips_traits, facts, facts.security, "/sec/fips")) return *lost;
    const SecurityFacts& security = *facts.security;
    const bool on = fips_on(facts);
    const bool level = security.effective_min_encryption() == fips_level;
    if (!on && !level) return ok(fips_traits);
    // Legitimate; where it works it is worth knowing, no more.
    const bool works = completed_handshake(facts) != nullptr;
    Draft draft = at_risk(fips_traits, on ? "on" : "min_encryption")
                      .severity(works ? Severity::low : Severity::medium);
    if (on && facts.schannel && !tls_never_used(facts)) {
        const SuiteList list = suites_in_force(*facts.schannel);
        SuiteContext context = context_of(facts);
        const bool any = !usable_suites(list, *facts.schannel, context).empty();
        context.fips_only = false;
        const bool without = !usable_suites(list, *facts.schannel, context).empty();
        if (!any && without && !works) draft = broken(fips_traits, "no_suite");
    }
    return draft.saw("/sec/fips", text(security.fips), "absent or 0")
        .saw("/sec/minenc", text(security.effective_min_encryption()), "1 to 3");
}

} // namespace

Rule tls_suites_rule() noexcept {
    return make_rule(suites_traits, suites_keys, evaluate_suites);
}

Rule fips_rule() noexcept {
    return make_rule(fips_traits, fips_keys, evaluate_fips);
}

} // namespace rdpsweep
