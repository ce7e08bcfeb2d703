// GPO.MANAGED: whether a policy is proven to set what would have to be changed here.
//
// Article step 3.2 stops the group policy service so that a policy does not overwrite the cure, and
// leaves it to the reader to find out whether there is one. A value below the Policies key proves
// nothing: image preparation guides and the built-in RDPSettings command write there as well.
// A managed value that does no harm is only worth knowing: severity low. It is medium when a rule
// about the same settings is not content, because a fix made here would be reverted.
// Of a VM that was read from its disk neither RSoP nor WMI is known: there Registry.pol and the
// Policies key are all the evidence, and what is concluded from them is circumstantial.
// Sample finding: at_risk, "Group policy sets 2 of the settings judged here".
#include "core/text.hpp"
#include "probes/group_policy/rules.hpp"
#include "probes/listener_security/rules.hpp"
#include "probes/rdp_certificate/rules.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/tls_protocols/rules.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"GPO.MANAGED", Cause::group_policy, "3.2", Severity::medium};
constexpr auto keys = with_shared(
    "GPO.MANAGED.ok",
    "GPO.MANAGED.ok_disk",
    "GPO.MANAGED.unproven",
    "GPO.MANAGED.managed",
    "GPO.MANAGED.harmful",
    "GPO.MANAGED.disk",
    "GPO.MANAGED.disk_harmful"
);

// Parts of registry paths that the rules judge, lower case.
constexpr std::array<std::string_view, 5> judged_keys{
    R"(\terminal services)",
    R"(\control\terminal server)",
    R"(\securityproviders\schannel)",
    R"(\cryptography\configuration\ssl)",
    R"(\fipsalgorithmpolicy)",
};

bool is_judged(std::string_view name) {
    const std::string lower = ascii_lower("\\" + std::string(name));
    return std::any_of(judged_keys.begin(), judged_keys.end(), [&](std::string_view part) {
        return lower.find(part) != std::string::npos;
    });
}

std::size_t add_names(Draft& draft, const char* pointer, const std::vector<std::string>& names) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!is_judged(names[i])) continue;
        draft.saw(pointer_at(pointer, i, ""), names[i], "not set by policy");
        ++count;
    }
    return count;
}

// Returns how many values are proven to come from a policy; adds the proof to draft.
std::size_t add_proofs(Draft& draft, const Facts& facts) {
    std::size_t count = add_names(draft, "/gp/rsop", facts.group_policy->rsop);
    count += add_names(draft, "/gp/registry_pol", facts.group_policy->registry_pol);
    if (facts.security) {
        for (const auto& [name, source] : facts.security->policy_source) {
            if (source != PolicySource::group_policy) continue;
            draft.saw("/sec/policy_source/" + name, "1 (group policy)", "0 or 2");
            ++count;
        }
    }
    constexpr std::uint32_t hash_by_policy = 2; // SSLCertificateSHA1HashType
    if (facts.rdp_certificate && facts.rdp_certificate->wmi_hash_type == hash_by_policy) {
        draft.saw("/cert/wmi_type", "2 (group policy)", "1 or 3");
        ++count;
    }
    return count;
}

// Adds values below the Policies key, or management that leaves no trace there, without proof.
bool add_suspicions(Draft& draft, const Facts& facts) {
    bool any = false;
    const auto add = [&](bool present, const char* pointer, const std::string& observed) {
        if (!present) return;
        draft.saw(pointer, observed, "absent, or proof of a policy");
        any = true;
    };
    if (facts.rdp_port)
        add(facts.rdp_port->deny_policy.has_value(),
            "/listener/deny_policy",
            text(facts.rdp_port->deny_policy));
    if (facts.security) {
        const SecurityFacts& security = *facts.security;
        add(security.policy_layer.has_value(), "/sec/policy/layer", text(security.policy_layer));
        add(security.policy_nla.has_value(), "/sec/policy/nla", text(security.policy_nla));
        add(security.policy_min_encryption.has_value(),
            "/sec/policy/minenc",
            text(security.policy_min_encryption));
    }
    if (facts.rdp_certificate)
        add(facts.rdp_certificate->template_name.has_value(),
            "/cert/template",
            facts.rdp_certificate->template_name.value_or(""));
    return any;
}

// Adds device management, which writes SCHANNEL keys directly: it is the likely author of overrides
// there.
bool add_management(Draft& draft, const Facts& facts) {
    if (!facts.schannel || !(facts.group_policy->mdm || facts.group_policy->dsc)) return false;
    const auto& protocols = facts.schannel->protocols;
    const bool overridden = std::any_of(protocols.begin(), protocols.end(), [](const auto& entry) {
        return entry.second.server.enabled || entry.second.server.disabled_by_default;
    });
    if (!overridden) return false;
    draft.saw(facts.group_policy->dsc ? "/gp/dsc" : "/gp/mdm", "true", "false");
    return true;
}

bool does_harm(const Facts& facts, const Policy& policy, std::int64_t now) {
    for (const Rule& rule :
         {rdp_denied_rule(),
          security_layer_rule(),
          tls_protocols_rule(),
          tls_suites_rule(),
          tls_13_forced_rule(),
          certificate_pin_rule(),
          certificate_ca_rule()}) {
        const Finding finding = rule.evaluate(facts, policy, now);
        if (finding.verdict >= Verdict::at_risk && finding.severity > Severity::low) return true;
    }
    return false;
}

// Judges what stands on a disk: that a policy set it is likely, and not proven.
Finding judge_disk(const Facts& facts, bool harmful) {
    Draft found = at_risk(traits, harmful ? "disk_harmful" : "disk");
    if (!harmful) found.severity(Severity::low);
    found.confidence(Confidence::circumstantial);
    bool any = add_names(found, "/gp/registry_pol", facts.group_policy->registry_pol) != 0;
    any = add_suspicions(found, facts) || any;
    any = add_management(found, facts) || any;
    if (any) return found;
    if (facts.why_unread("/gp/registry_pol") != nullptr)
        return unread(traits, facts, "/gp/registry_pol");
    return ok(traits, "ok_disk").confidence(Confidence::circumstantial);
}

Finding evaluate(const Facts& facts, const Policy& policy, std::int64_t now) {
    if (auto lost = missing(traits, facts, facts.group_policy, "/gp")) return *lost;
    const bool harmful = does_harm(facts, policy, now);
    if (read_from_disk(facts)) return judge_disk(facts, harmful);
    Draft managed = at_risk(traits, harmful ? "harmful" : "managed");
    if (!harmful) managed.severity(Severity::low);
    if (const std::size_t count = add_proofs(managed, facts); count != 0)
        return managed.with("count", std::to_string(count));
    Draft unproven = unknown(traits, "unproven");
    const bool suspicious = add_suspicions(unproven, facts);
    if (add_management(unproven, facts) || suspicious) return unproven;
    for (const auto* pointer : {"/gp/rsop", "/gp/registry_pol"}) {
        if (facts.why_unread(pointer) != nullptr) return unread(traits, facts, pointer);
    }
    return ok(traits);
}

} // namespace

Rule policy_managed_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
