// OUT.BINDING: the certificate served to the world is the one that is known of this VM.
//
// Known by a handshake inside the VM, or by the inventory (Azure keeps the thumbprint of its
// agent's last report as rdpThumbPrint). Another one outside means that something stands between,
// or that the address is another VM's; against the inventory alone it may only have been renewed
// since.
// Sample finding: at_risk (medium), "RDP serves 59ef... outside and 3f2a... inside the VM".
#include "core/text.hpp"
#include "probes/outside/rules.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"OUT.BINDING", Cause::rdp_certificate, "", Severity::medium};
constexpr auto keys = with_shared(
    "OUT.BINDING.ok", "OUT.BINDING.not_known", "OUT.BINDING.guest", "OUT.BINDING.inventory"
);

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    const auto* shake = facts.handshakes ? facts.handshake_from("outside") : nullptr;
    if (shake == nullptr || shake->peer_thumbprint.empty())
        return not_applicable(traits, "not_known");
    const auto* guest = facts.handshake_from("guest");
    const bool inside = guest != nullptr && !guest->peer_thumbprint.empty();
    const auto& expected = inside ? guest->peer_thumbprint : shake->expected_thumbprint;
    if (expected.empty()) return not_applicable(traits, "not_known");
    if (iequals(expected, shake->peer_thumbprint))
        return ok(traits).confidence(Confidence::functional);
    const auto index = static_cast<std::size_t>(shake - facts.handshakes->data());
    Draft draft = at_risk(traits, inside ? "guest" : "inventory");
    draft.confidence(Confidence::functional)
        .with("served", shake->peer_thumbprint)
        .with("expected", expected)
        .saw(pointer_at("/hs", index, "thumb"), shake->peer_thumbprint, expected);
    return draft;
}

} // namespace

Rule outside_binding_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
