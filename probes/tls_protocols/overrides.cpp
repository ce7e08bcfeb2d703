// TLS.13FORCED and TLS.LEGACY: protocol overrides that harm although TLS 1.2 is on.
//
// Neither is in the article, which even asks for TLS 1.0 and 1.1. TLS 1.3 forced on before build
// 20348 makes the server reset clients that offer 1.3, right after their ClientHello.
// Sample finding: at_risk, "TLS 1.3 is forced on although build 17763 does not implement it".
#include "probes/reading/effective.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"
#include "probes/tls_protocols/rules.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits forced_traits{"TLS.13FORCED", Cause::tls_protocols, "", Severity::high};
constexpr auto forced_keys = with_shared(
    "TLS.13FORCED.ok",
    "TLS.13FORCED.not_used",
    "TLS.13FORCED.supported",
    "TLS.13FORCED.forced",
    "TLS.13FORCED.resets"
);
constexpr RuleTraits legacy_traits{"TLS.LEGACY", Cause::tls_protocols, "3", Severity::low};
constexpr auto legacy_keys = with_shared("TLS.LEGACY.ok", "TLS.LEGACY.enabled");

const ProtocolSide* server_side(const Facts& facts, std::string_view name) {
    const auto found = facts.schannel->protocols.find(std::string(name));
    return found == facts.schannel->protocols.end() ? nullptr : &found->second.server;
}

// Tells whether it is switched on by a value that was written, as opposed to by default.
bool explicitly_on(const ProtocolSide* side) {
    return side != nullptr && side->enabled.value_or(0) != 0 &&
           side->disabled_by_default.value_or(0) == 0;
}

std::string server_pointer(std::string_view name, std::string_view member) {
    return "/tls/proto/" + std::string(name) + "/server/" + std::string(member);
}

// Tells whether the same client was dropped while it offered 1.3 and completed without: it tries
// again so after a failure.
bool works_without_13_only(const Facts& facts) {
    if (!facts.handshakes) return false;
    return std::any_of(facts.handshakes->begin(), facts.handshakes->end(), [](const auto& shake) {
        return shake.without_tls13 && tls_completed(shake);
    });
}

// The guest's own Schannel cannot offer 1.3 on such a build, so a completed 1.2 handshake from
// inside beside a reset of one from outside, which offers 1.3, is a proof as well.
bool resets_modern_clients(const Facts& facts) {
    if (works_without_13_only(facts)) return true;
    const HandshakeFacts* guest = facts.handshake_from("guest");
    if (guest == nullptr || !guest->completed() || guest->tls_version != "1.2") return false;
    for (const HandshakeFacts& other : *facts.handshakes) {
        if (other.from != "guest" && other.stage == "tls" &&
            (other.failure == "reset" || other.failure == "closed"))
            return true;
    }
    return false;
}

Finding evaluate_forced(const Facts& facts, const Policy&, std::int64_t) {
    if (tls_never_used(facts)) return not_applicable(forced_traits, "not_used");
    const auto number = build_of(facts);
    if (!number) return unread(forced_traits, facts, "/os/build", facts.os.why_not);
    if (*number >= build::server_2022) return not_applicable(forced_traits, "supported");
    const std::string where = server_pointer("TLS 1.3", "e");
    if (auto lost = missing(forced_traits, facts, facts.schannel, where)) return *lost;
    const ProtocolSide* side = server_side(facts, "TLS 1.3");
    if (!explicitly_on(side)) return ok(forced_traits);
    const bool proven = resets_modern_clients(facts);
    Draft draft = proven ? broken(forced_traits, "resets").confidence(Confidence::functional)
                         : at_risk(forced_traits, "forced");
    return draft.with("build", std::to_string(*number))
        .saw(where, text(side->enabled), "absent")
        .saw("/os/build", std::to_string(*number), "20348 or later");
}

Finding evaluate_legacy(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(legacy_traits, facts, facts.schannel, "/tls/proto")) return *lost;
    Draft draft = at_risk(legacy_traits, "enabled");
    std::string names;
    for (const std::string_view name : {"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1"}) {
        const ProtocolSide* side = server_side(facts, name);
        if (!explicitly_on(side)) continue;
        names += (names.empty() ? "" : ", ") + std::string(name);
        draft.saw(server_pointer(name, "e"), text(side->enabled), "absent or 0");
    }
    if (names.empty()) return ok(legacy_traits);
    return draft.with("protocols", names);
}

} // namespace

Rule tls_13_forced_rule() noexcept {
    return make_rule(forced_traits, forced_keys, evaluate_forced);
}

Rule tls_legacy_rule() noexcept {
    return make_rule(legacy_traits, legacy_keys, evaluate_legacy);
}

} // namespace rdpsweep
