// PORT.NOLISTEN: TermService runs and RDP is allowed, yet nothing listens where clients connect.
//
// Article step 1 looks at the port's owner and has no word for a port without one. The usual cause
// is a LanAdapter that binds the listener to a network adapter which no longer exists. A port range
// that is reserved for IPv4 leaves TermService its IPv6 socket alone; Azure's clients use IPv4.
// Sample finding: broken, "TermService runs but nothing listens on 3389 (LanAdapter is 2)".
#include "probes/rdp_port/rules.hpp"
#include "probes/reading/disk_view.hpp"
#include "probes/reading/handshake_view.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr RuleTraits traits{"PORT.NOLISTEN", Cause::rdp_port, "1", Severity::critical};
constexpr auto keys = with_shared(
    "PORT.NOLISTEN.ok",
    "PORT.NOLISTEN.not_expected",
    "PORT.NOLISTEN.silent",
    "PORT.NOLISTEN.adapter",
    "PORT.NOLISTEN.bound",
    "PORT.NOLISTEN.bound_disk",
    "PORT.NOLISTEN.no_ipv4",
    "PORT.NOLISTEN.no_ipv4_untried"
);

// Tells whether the configuration lets RDP listen; where not, RDP.DENIED and RDP.LISTENER have the
// word.
bool listener_allowed(const PortFacts& port) {
    // A missing local value stops the listener just as a 1 does.
    if ((port.deny_policy ? port.deny_policy : port.deny_local).value_or(1) != 0) return false;
    return port.listener_key_present && port.enabled.value_or(1) != 0 &&
           port.ts_enabled.value_or(1) != 0;
}

// Tells whether somebody should listen; where TermService does not run, SVC.STATE has the word.
bool listener_expected(const Facts& facts) {
    const Service* service = facts.services->find("TermService");
    return service != nullptr && service->state == ServiceState::running &&
           listener_allowed(*facts.rdp_port);
}

// Returns the unknown finding where nobody listens and nobody knows whether TermService runs.
std::optional<Finding> state_unread(const Facts& facts) {
    const ServiceFacts& all = *facts.services;
    const Service* service = all.find("TermService");
    if (service == nullptr || service->state || !listener_allowed(*facts.rdp_port))
        return std::nullopt;
    const auto index = static_cast<std::size_t>(service - all.services.data());
    return unread(traits, facts, pointer_at("/svc", index, "state"));
}

bool listens_on_v4(const PortFacts& port) {
    return std::any_of(port.sockets.begin(), port.sockets.end(), [&](const Socket& socket) {
        return socket.port == port.port() && is_v4(socket.address);
    });
}

// Tells whether a connection over IPv4 was tried and refused.
bool v4_refused(const Facts& facts) {
    if (!facts.handshakes) return false;
    const auto& all = *facts.handshakes;
    return std::any_of(all.begin(), all.end(), [](const HandshakeFacts& handshake) {
        return is_v4(handshake.address) && handshake.failure == "refused";
    });
}

// Judges a port on which somebody listens.
Finding judge_listening(const Facts& facts) {
    const PortFacts& port = *facts.rdp_port;
    const std::string number = std::to_string(port.port());
    if (!listens_on_v4(port) && listener_expected(facts) && completed_handshake(facts) == nullptr) {
        // A socket of both families might be listed once, as the IPv6 one: only a refusal proves.
        Draft draft = v4_refused(facts)
                          ? broken(traits, "no_ipv4")
                          : at_risk(traits, "no_ipv4_untried").severity(Severity::medium);
        return draft.with("port", number)
            .saw("/listener/sockets", "IPv6 only", "TermService on 0.0.0.0:" + number);
    }
    if (port.lan_adapter.value_or(0) != 0)
        return at_risk(traits, "bound")
            .severity(Severity::low)
            .with("port", number)
            .with("adapter", text(port.lan_adapter))
            .saw("/listener/lan", text(port.lan_adapter), "0 (all adapters)");
    return ok(traits).with("port", number);
}

// Judges a disk: an adapter that RDP is bound to may be gone, which nobody sees there.
Finding judge_disk(const Facts& facts) {
    const PortFacts& port = *facts.rdp_port;
    const bool bound = port.lan_adapter.value_or(0) != 0 && listener_allowed(port);
    if (!bound || completed_handshake(facts) != nullptr)
        return offline(traits, "/listener/sockets");
    return at_risk(traits, "bound_disk")
        .severity(Severity::medium)
        .confidence(Confidence::circumstantial)
        .with("port", std::to_string(port.port()))
        .with("adapter", text(port.lan_adapter))
        .saw("/listener/lan", text(port.lan_adapter), "0 (all adapters)");
}

Finding evaluate(const Facts& facts, const Policy&, std::int64_t) {
    if (facts.rdp_port && needs_running(facts, "/listener/sockets")) return judge_disk(facts);
    if (auto lost = missing(traits, facts, facts.rdp_port, "/listener/sockets")) return *lost;
    if (auto lost = missing(traits, facts, facts.services, "/svc")) return *lost;
    const PortFacts& port = *facts.rdp_port;
    const std::string number = std::to_string(port.port());
    const bool listening =
        std::any_of(port.sockets.begin(), port.sockets.end(), [&](const Socket& socket) {
            return socket.port == port.port();
        });
    if (listening) return judge_listening(facts);
    if (auto lost = state_unread(facts)) return *lost;
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
