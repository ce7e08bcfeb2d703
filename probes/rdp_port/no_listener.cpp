// PORT.NOLISTEN: TermService runs and RDP is allowed, yet nothing listens on the port.
//
// Article step 1 looks at the port's owner and has no word for a port without one. The usual cause
// is a LanAdapter that binds the listener to a network adapter which no longer exists.
// Sample finding: broken, "TermService runs but nothing listens on 3389 (LanAdapter is 2)".
#include "probes/rdp_port/rules.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"PORT.NOLISTEN", Cause::rdp_port, "1", Severity::critical};
constexpr auto keys = with_shared(
    "PORT.NOLISTEN.ok",
    "PORT.NOLISTEN.not_expected",
    "PORT.NOLISTEN.silent",
    "PORT.NOLISTEN.adapter"
);

// Tells whether the configuration itself says that nothing should listen; RDP.DENIED, RDP.LISTENER
// and SVC.STATE then have the word.
bool listener_expected(const Facts& facts) {
    const PortFacts& port = *facts.rdp_port;
    const Service* service = facts.services->find("TermService");
    if (service == nullptr || service->state != ServiceState::running) return false;
    // A missing local value stops the listener just as a 1 does.
    if ((port.deny_policy ? port.deny_policy : port.deny_local).value_or(1) != 0) return false;
    return port.listener_key_present && port.enabled.value_or(1) != 0 &&
           port.ts_enabled.value_or(1) != 0;
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (auto lost = missing(traits, facts, facts.rdp_port, "/listener/sockets")) return *lost;
    if (auto lost = missing(traits, facts, facts.services, "/svc")) return *lost;
    const PortFacts& port = *facts.rdp_port;
    const std::string number = std::to_string(port.port());
    const bool listening =
        std::any_of(port.sockets.begin(), port.sockets.end(), [&](const Socket& socket) {
            return socket.port == port.port();
        });
    if (listening) return ok(traits).with("port", number);
    if (!listener_expected(facts)) return not_applicable(traits, "not_expected");
    const bool bound = port.lan_adapter.value_or(0) != 0;
    return broken(traits, bound ? "adapter" : "silent")
        .with("port", number)
        .with("adapter", text(port.lan_adapter))
        .saw("/listener/sockets", "none on port " + number, "TermService on port " + number)
        .saw("/listener/lan", text(port.lan_adapter), "0 (all adapters)");
}

} // namespace

Rule port_no_listener_rule() noexcept {
    return make_rule(traits, keys, evaluate);
}

} // namespace rdpsweep
