// TLS.PROTO: Schannel's server side must still offer TLS 1.2 (or 1.3) to the RDP listener.
//
// Article step 3 enables TLS 1.0, 1.1 and 1.2. That is an obsolete downgrade: the highest common
// version wins, so TLS 1.2 alone is enough, and 1.0/1.1 switched off is the good state. A missing
// key means the release's default, not "off". With SecurityLayer 0 and NLA off TLS is never used.
// Sample finding: broken, "Schannel offers no TLS version to servers: TLS 1.2 is Enabled=0".
#include "probes/reading/effective.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/tls_protocols/rules.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"TLS.PROTO", Cause::tls_protocols, "3", Severity::critical};
constexpr auto keys = with_shared(
    "TLS.PROTO.ok",
    "TLS.PROTO.ok_tried",
    "TLS.PROTO.not_used",
    "TLS.PROTO.value_unread",
    "TLS.PROTO.none",
    "TLS.PROTO.none_layer_unread",
    "TLS.PROTO.not_in_force",
    "TLS.PROTO.only_legacy",
    "TLS.PROTO.only_13",
    "TLS.PROTO.by_request_only",
    "TLS.PROTO.by_request_fails",
    "TLS.PROTO.legacy_default_unknown",
    "TLS.PROTO.2008r2_needs_update"
);

constexpr std::array versions{
    TlsVersion::tls_1_0, TlsVersion::tls_1_1, TlsVersion::tls_1_2, TlsVersion::tls_1_3};

struct Offers {
    Offer v10, v11, v12, v13;
};

Draft& show(Draft& draft, const Facts& facts) {
    for (const TlsVersion version : versions) {
        const bool wanted = version == TlsVersion::tls_1_2;
        draft.saw(
            "/tls/proto/" + std::string(registry_name(version)) + "/server",
            std::string(registry_name(version)) + ": " + describe_offer(facts, version),
            wanted ? "on" : "any"
        );
    }
    return draft.with("tls12", describe_offer(facts, TlsVersion::tls_1_2));
}

// Returns a handshake with TLS 1.2 or later: proof that the running listener has a good protocol.
const HandshakeFacts* modern_handshake(const Facts& facts) {
    const HandshakeFacts* done = completed_handshake(facts);
    if (done == nullptr) return nullptr;
    return done->tls_version == "1.2" || done->tls_version == "1.3" ? done : nullptr;
}

// A version with DisabledByDefault goes to programs that ask for it by name only. That TermService
// does not is shown by the listener, where it ends the handshake.
Draft judge_by_request(const Facts& facts) {
    return ended_in_tls(facts) ? broken(traits, "by_request_fails")
                               : at_risk(traits, "by_request_only");
}

// Nothing that is known to be on. The registry may lie about the running process: TermService keeps
// the credentials it acquired until it is restarted.
Draft judge_none(const Facts& facts, const Offers& offers) {
    if (completed_handshake(facts) != nullptr) return at_risk(traits, "not_in_force");
    if (offers.v10 == Offer::by_request_only || offers.v11 == Offer::by_request_only ||
        offers.v12 == Offer::by_request_only || offers.v13 == Offer::by_request_only)
        return judge_by_request(facts);
    if (offers.v10 == Offer::unspecified || offers.v11 == Offer::unspecified)
        return at_risk(traits, "legacy_default_unknown");
    if (!facts.security || facts.why_unread("/sec/layer") != nullptr)
        return unknown(traits, "none_layer_unread");
    return broken(traits, "none");
}

// 2008R2 speaks TLS 1.1 and later for RDP only with update KB3080079, which leaves no trace we
// read: only a handshake shows that it is there.
Draft judge_2008r2(const Offers& offers) {
    if (offers.v10 == Offer::on) return at_risk(traits, "only_legacy");
    return at_risk(traits, "2008r2_needs_update");
}

Draft judge_offers(const Facts& facts, const Offers& offers) {
    const bool legacy = offers.v10 == Offer::on || offers.v11 == Offer::on;
    const bool nothing = !legacy && offers.v12 != Offer::on && offers.v13 != Offer::on;
    if (nothing) return judge_none(facts, offers);
    if (const auto number = build_of(facts); number && *number < build::server_2012)
        return modern_handshake(facts) != nullptr
                   ? ok(traits, "ok_tried").confidence(Confidence::functional)
                   : judge_2008r2(offers);
    if (offers.v12 == Offer::on) return ok(traits);
    if (offers.v12 == Offer::by_request_only) return judge_by_request(facts);
    if (offers.v13 == Offer::on) return at_risk(traits, "only_13");
    return at_risk(traits, "only_legacy");
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (tls_never_used(facts)) return not_applicable(traits, "not_used");
    if (auto lost = missing(traits, facts, facts.schannel, "/tls/proto")) return *lost;
    if (!build_of(facts)) return unread(traits, facts, "/os/build", facts.os.why_not);
    const Offers offers{
        server_offer(facts, TlsVersion::tls_1_0),
        server_offer(facts, TlsVersion::tls_1_1),
        server_offer(facts, TlsVersion::tls_1_2),
        server_offer(facts, TlsVersion::tls_1_3),
    };
    // Unreadable values elsewhere do not matter while TLS 1.2 is known to be on.
    const bool unread_value =
        offers.v12 == Offer::unread ||
        (offers.v12 != Offer::on && (offers.v10 == Offer::unread || offers.v11 == Offer::unread ||
                                     offers.v13 == Offer::unread));
    Draft draft = ok(traits);
    if (!unread_value)
        draft = judge_offers(facts, offers);
    else if (modern_handshake(facts) != nullptr)
        draft = ok(traits, "ok_tried").confidence(Confidence::functional);
    else
        draft = unknown(traits, "value_unread");
    return show(draft, facts);
}

} // namespace

Rule tls_protocols_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
