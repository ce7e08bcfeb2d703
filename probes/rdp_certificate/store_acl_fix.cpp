// Fix store-acl: takes away the entries by which the store of RDP's own certificate denies SYSTEM
// to write into it, so that SessionEnv can renew it.
//
// An entry for a group that SYSTEM is in keeps others out as well: that is for a person to judge.
// Who serves a certificate of a CA may have closed the store on purpose: then nothing is touched.
// Nothing is granted; what a denial stood against is there already, or the case is not this one. A
// denial that the upper key handed down goes from the lower one with it, by Windows itself.
#include "probes/fix/fixes.hpp"
#include "probes/fix/rights.hpp"
#include "probes/fix/system_door.hpp"
#include "probes/reading/certificate_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rights_words.hpp"
#include "probes/reading/store_access.hpp"

#include <algorithm>
#include <optional>

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 1> rules{"STORE.ACL"};
constexpr std::array<std::string_view, 3> declared{
    R"(registry:HKLM\SOFTWARE\Microsoft\SystemCertificates\Remote Desktop)",
    R"(registry:HKLM\SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates)",
    "task:rdpsweep-store-acl*"};
// As /cert/store_sddl has them.
constexpr std::array<std::string_view, 2> store_keys{
    R"(SOFTWARE\Microsoft\SystemCertificates\Remote Desktop)",
    R"(SOFTWARE\Microsoft\SystemCertificates\Remote Desktop\Certificates)"};

Denied denied_to_system(bool inherited) {
    return {store_access::system, store_access::token, store_access::to_write, inherited};
}

// Returns whom an entry is for that keeps SYSTEM out with others; empty: there is none.
std::string others_denied(std::span<const std::string> store_sddl) {
    for (const auto& sddl : store_sddl) {
        const auto descriptor = parse_sddl(sddl);
        if (!descriptor) continue;
        for (const auto& one : store_denials(*descriptor)) {
            if (one.sid != store_access::system) return one.sid;
        }
    }
    return {};
}

// Tells whether another certificate than Windows' own is served or configured.
bool own_is_not_meant(const Facts& facts) {
    const auto& certificates = *facts.rdp_certificate;
    constexpr std::uint32_t custom = 3; // SSLCertificateSHA1HashType
    if (certificates.pin || certificates.template_name) return true;
    if (template_chose(certificates) || certificates.wmi_hash_type == custom) return true;
    const auto* done = completed_handshake(facts);
    const auto* own = self_signed_certificate(certificates);
    return done != nullptr && (own == nullptr || !served(facts, *own));
}

// Returns the changes of both keys; nothing when the rights of one are not clear.
std::optional<std::vector<Change>> open_both(std::span<const std::string> store_sddl) {
    const auto explicitly = denied_to_system(false), from_above = denied_to_system(true);
    std::vector<Change> changes;
    for (std::size_t i = 0; i < store_keys.size(); ++i) {
        const auto better = without_denials(store_sddl[i], explicitly);
        const bool handed_down = i != 0 && hands_down(store_sddl[0], explicitly);
        if (!better && handed_down && without_denials(store_sddl[i], from_above)) continue;
        if (!better) return {};
        if (*better == store_sddl[i]) continue;
        changes.push_back(
            {Change::Kind::key,
             std::string(store_keys[i]),
             "",
             "sddl:" + store_sddl[i],
             "sddl:" + *better}
        );
    }
    return changes;
}

Prepared prepare_store(const Facts& facts, const Finding& finding, const FixChoices&) {
    if (finding.verdict != Verdict::broken || finding.summary.key != "STORE.ACL.denied")
        return Refusal{"fix.refused.other_case", {}};
    if (!facts.rdp_certificate || facts.rdp_certificate->store_sddl.size() != store_keys.size())
        return Refusal{"fix.refused.unread", {{"fact", "/cert/store_sddl"}}};
    for (const auto* pointer : {"/cert/pin", "/cert/template"}) {
        if (facts.why_unread(pointer) != nullptr)
            return Refusal{"fix.refused.unread", {{"fact", pointer}}};
    }
    if (own_is_not_meant(facts)) return Refusal{"fix.refused.other_case", {}};
    const auto& store_sddl = facts.rdp_certificate->store_sddl;
    if (const auto sid = others_denied(store_sddl); !sid.empty())
        return Refusal{"fix.refused.denies_others", {{"sid", sid_in_words(sid)}}};
    auto changes = open_both(store_sddl);
    if (!changes)
        return Refusal{"fix.refused.rights_unclear", {{"path", std::string(store_keys[1])}}};
    const bool may_write =
        std::all_of(store_sddl.begin(), store_sddl.end(), [&](const std::string& sddl) {
            return may_write_dacl(facts, sddl);
        });
    if (may_write) return *std::move(changes);
    return through_system(facts, "store-acl", *std::move(changes));
}

} // namespace

Fix store_acl_fix() noexcept {
    return {
        .id = "store-acl",
        .rules = rules,
        .risk = Risk::medium,
        .restart = Restart::if_still_failing,
        .declared = declared,
        .prepare = prepare_store};
}

} // namespace rdpsweep
