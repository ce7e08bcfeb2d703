// OUT.NAME: the machine that answers is the one the inventory means.
//
// A server with NLA says its name before a logon. An address that was given to another VM, or a
// load balancer, shows here. Names in an inventory are free, so this never changes a host's
// verdict.
// Sample finding: at_risk (low), "WEB-07 answers where the inventory has sql-01".
#include "core/text.hpp"
#include "probes/outside/rules.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"OUT.NAME", Cause::none, "", Severity::low};
constexpr auto keys =
    with_shared("OUT.NAME.ok", "OUT.NAME.not_told", "OUT.NAME.guest", "OUT.NAME.inventory");

std::string first_label(std::string_view name) {
    return std::string(name.substr(0, name.find('.')));
}

Finding differs(
    const HandshakeFacts& shake, std::size_t index, const char* slug, const std::string& expected
) {
    return at_risk(traits, slug)
        .with("answers", shake.nla->computer)
        .with("expected", expected)
        .saw(pointer_at("/hs", index, "nla/computer"), shake.nla->computer, expected);
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    const auto* shake = facts.handshakes ? facts.handshake_from("outside") : nullptr;
    if (shake == nullptr || !shake->nla || shake->nla->computer.empty())
        return not_applicable(traits, "not_told");
    const auto index = static_cast<std::size_t>(shake - facts.handshakes->data());
    const auto& computer = shake->nla->computer;
    if (facts.os && !facts.os->host.empty()) {
        // NetBIOS cuts names at 15 characters.
        const auto host = first_label(facts.os->host).substr(0, 15);
        if (!iequals(host, computer)) return differs(*shake, index, "guest", facts.os->host);
        return ok(traits).with("answers", computer);
    }
    const auto asked = first_label(shake->asked_for).substr(0, 15);
    if (asked.empty() || iequals(asked, computer)) return ok(traits).with("answers", computer);
    return differs(*shake, index, "inventory", shake->asked_for);
}

} // namespace

Rule outside_name_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
