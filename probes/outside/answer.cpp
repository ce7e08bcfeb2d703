// OUT.RDP: what answers on the RDP port, seen by a client without a credential.
//
// Each way of failing is a symptom of its own and is told as such. Only a foreign answer names a
// cause: a reset when TLS starts can mean an unreadable key as well as a disabled protocol, and
// that Windows shows them by a reset is UNVERIFIED. Where the inside was read, HANDSHAKE compares
// both.
// Sample finding: broken, "RDP resets the connection when TLS starts, for every version of TLS".
#include "probes/outside/rules.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/reading/status_codes.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"OUT.RDP", Cause::unexplained, "", Severity::critical};
constexpr auto keys = with_shared(
    "OUT.RDP.ok",
    "OUT.RDP.not_tried",
    "OUT.RDP.inside_known",
    "OUT.RDP.rdp_security",
    "OUT.RDP.only_without_13",
    "OUT.RDP.without_12",
    "OUT.RDP.credssp",
    "OUT.RDP.credssp_refused",
    "OUT.RDP.anonymous",
    "OUT.RDP.not_asked",
    "OUT.RDP.tls_at_once",
    "OUT.RDP.refused",
    "OUT.RDP.not_rdp",
    "OUT.RDP.no_certificate",
    "OUT.RDP.negotiation",
    "OUT.RDP.silent",
    "OUT.RDP.hangs_up",
    "OUT.RDP.not_tls",
    "OUT.RDP.some_versions",
    "OUT.RDP.tls_dropped",
    "OUT.RDP.tls_alert",
    "OUT.RDP.tls_error"
);

// RDP_NEG_FAILURE, MS-RDPBCGR 2.2.1.2.2.
constexpr std::uint32_t ssl_not_allowed = 2;
constexpr std::uint32_t certificate_not_on_server = 3;

std::string outcomes(const HandshakeFacts& shake) {
    std::string list;
    for (const auto& [version, outcome] : shake.versions)
        list += (list.empty() ? "" : ", ") + version + " " + outcome;
    return list;
}

bool some_version_works(const HandshakeFacts& shake) {
    return std::any_of(shake.versions.begin(), shake.versions.end(), [](const auto& entry) {
        return entry.second == "ok";
    });
}

Draft judge_tls(const HandshakeFacts& shake) {
    if (some_version_works(shake)) return at_risk(traits, "some_versions");
    if (shake.failure == "not_tls") return broken(traits, "not_tls");
    if (shake.alert) return broken(traits, "tls_alert");
    if (shake.failure == "timeout") return broken(traits, "silent");
    const bool dropped = shake.failure == "reset" || shake.failure == "closed";
    return broken(traits, dropped ? "tls_dropped" : "tls_error");
}

// Tells whether the answer to the Connection Request was a record of TLS: an alert or a handshake
// of version 3.x. A server of TLS alone takes no notice of what RDP says first.
bool spoke_tls_at_once(const HandshakeFacts& shake) {
    return shake.first_bytes.starts_with("1503") || shake.first_bytes.starts_with("1603");
}

Draft judge_failure(const HandshakeFacts& shake) {
    if (shake.failure_code == certificate_not_on_server) return broken(traits, "no_certificate");
    if (shake.failure_code == ssl_not_allowed) return at_risk(traits, "rdp_security");
    if (shake.failure_code) return broken(traits, "negotiation");
    if (shake.stage == "connect") return broken(traits, "refused");
    if (shake.stage == "tls") return judge_tls(shake);
    if (shake.failure == "not_rdp" && shake.plain_rdp == true)
        return at_risk(traits, "rdp_security");
    if (shake.failure == "not_rdp")
        return broken(traits, spoke_tls_at_once(shake) ? "tls_at_once" : "not_rdp")
            .cause(Cause::rdp_port);
    if (shake.failure == "not_asked") return broken(traits, "not_asked").cause(Cause::rdp_port);
    return broken(traits, shake.failure == "timeout" ? "silent" : "hangs_up");
}

// Tells whether TLS was completed without a certificate, which Windows never does.
bool is_anonymous(const HandshakeFacts& shake) {
    return shake.peer_thumbprint.empty() || shake.cipher_suite.find("_anon_") != std::string::npos;
}

// Tells whether TLS 1.2, which every client of today speaks, was not spoken: an older version came
// out although it was offered, or it failed alone where each version was tried.
bool lacks_12(const HandshakeFacts& shake) {
    if (shake.tls_version == "1.0" || shake.tls_version == "1.1") return true;
    const auto tried = shake.versions.find("1.2");
    return tried != shake.versions.end() && tried->second != "ok";
}

Draft judge_answer(const HandshakeFacts& shake) {
    if (!shake.completed()) return judge_failure(shake);
    if (!tls_completed(shake)) return at_risk(traits, "rdp_security");
    if (is_anonymous(shake)) return broken(traits, "anonymous").cause(Cause::rdp_port);
    if (lacks_12(shake)) return at_risk(traits, "without_12").cause(Cause::tls_protocols);
    if (shake.without_tls13) return at_risk(traits, "only_without_13").cause(Cause::tls_protocols);
    // Clients with Kerberos do not need what was refused.
    if (shake.nla_failure == "refused")
        return at_risk(traits, "credssp_refused").severity(Severity::low);
    if (!shake.nla_failure.empty()) return at_risk(traits, "credssp");
    return ok(traits);
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    const auto* shake = facts.handshakes ? facts.handshake_from("outside") : nullptr;
    if (shake == nullptr) return not_applicable(traits, "not_tried");
    // A disk tells of no program that answers, so that what is seen from outside counts.
    if (facts.collector && !read_from_disk(facts)) return not_applicable(traits, "inside_known");
    const auto index = static_cast<std::size_t>(shake - facts.handshakes->data());
    Draft draft = judge_answer(*shake);
    draft.confidence(Confidence::functional)
        .with("stage", shake->stage)
        .with("failure", shake->failure)
        .with("tls", shake->tls_version)
        .with("alert", shake->alert ? named_alert(*shake->alert) : "absent")
        .with("code", shake->failure_code ? named_refusal(*shake->failure_code) : "absent")
        .with("nla", shake->nla_failure)
        .with("selected", text(shake->selected_protocol))
        .with("versions", outcomes(*shake))
        .saw(pointer_at("/hs", index, "stage"), shake->stage, "done");
    if (!shake->failure.empty())
        draft.saw(pointer_at("/hs", index, "errno"), shake->failure, "none");
    if (!shake->nla_failure.empty())
        draft.saw(pointer_at("/hs", index, "nla_errno"), shake->nla_failure, "none");
    if (!shake->first_bytes.empty())
        draft.saw(pointer_at("/hs", index, "first"), shake->first_bytes, "0300");
    if (!shake->versions.empty())
        draft.saw(pointer_at("/hs", index, "matrix"), outcomes(*shake), "1.2 ok");
    return draft;
}

} // namespace

Rule outside_answer_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
