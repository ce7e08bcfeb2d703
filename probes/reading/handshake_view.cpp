// Whether a handshake works, and which failures say nothing about TermService.
#include "probes/reading/handshake_view.hpp"

#include "probes/reading/effective.hpp"

#include <cstdlib>

namespace rdpsweep {

namespace {

// RDP_NEG_FAILURE SSL_NOT_ALLOWED_BY_SERVER, MS-RDPBCGR 2.2.1.2.2.
constexpr std::uint32_t ssl_not_allowed = 2;
// SSL_CERT_NOT_ON_SERVER, the same.
constexpr std::uint32_t certificate_not_on_server = 3;

bool owned_by_other(const Facts& facts, const Socket& socket) noexcept {
    const Service* service = facts.services ? facts.services->find("TermService") : nullptr;
    return service != nullptr && service->pid != 0 && socket.pid != service->pid;
}

bool offered(const Facts& facts, TlsVersion version) noexcept {
    const Offer offer = server_offer(facts, version);
    return offer == Offer::on || offer == Offer::unspecified;
}

// A version that was not read may be offered all the same.
bool withheld(const Facts& facts, TlsVersion version) noexcept {
    const Offer offer = server_offer(facts, version);
    return offer == Offer::off || offer == Offer::by_request_only;
}

bool while_collecting(const Facts& facts, const Event& event) noexcept {
    // Schannel logs within a second; the collector's clock is read once, before or after.
    constexpr std::int64_t tolerance = 5;
    if (!facts.collector || facts.collector->utc == 0) return false;
    const std::int64_t took = (facts.collector->took_ms + 999) / 1000;
    return std::llabs(event.time - facts.collector->utc) <= tolerance + took;
}

bool dropped(const HandshakeFacts& handshake) noexcept {
    return handshake.failure == "reset" || handshake.failure == "closed";
}

} // namespace

bool is_loopback(std::string_view address) noexcept {
    return address.starts_with("127.") || address == "::1" || address == "localhost";
}

bool is_v4(std::string_view address) noexcept {
    return address.find(':') == std::string_view::npos;
}

bool loopback_is_taken(const Facts& facts, std::string_view address) noexcept {
    if (!facts.rdp_port || !is_loopback(address)) return false;
    const bool v6 = address == "::1";
    for (const Socket& socket : facts.rdp_port->sockets) {
        const bool same = is_loopback(socket.address) && (socket.address == "::1") == v6;
        if (socket.port == facts.rdp_port->port() && same && owned_by_other(facts, socket))
            return true;
    }
    return false;
}

bool tls_never_used(const Facts& facts) noexcept {
    if (!facts.security) return false;
    return facts.security->effective_layer() == 0u &&
           facts.security->effective_nla().value_or(1) == 0;
}

bool tls_completed(const HandshakeFacts& handshake) noexcept {
    return handshake.completed() && handshake.selected_protocol.value_or(1) != 0;
}

bool reached_another_process(const Facts& facts, const HandshakeFacts& handshake) noexcept {
    return handshake.from != "outside" && loopback_is_taken(facts, handshake.address);
}

bool missed_the_listener(const Facts& facts, const HandshakeFacts& handshake) noexcept {
    if (handshake.from == "outside" || !is_loopback(handshake.address)) return false;
    if (handshake.failure != "refused" || !facts.rdp_port) return false;
    // Where the sockets are not known, a setting that binds RDP to one adapter may be why.
    if (facts.why_unread("/listener/sockets") != nullptr)
        return facts.rdp_port->lan_adapter.value_or(0) != 0;
    bool bound = false;
    for (const Socket& socket : facts.rdp_port->sockets) {
        if (socket.port != facts.rdp_port->port() || owned_by_other(facts, socket)) continue;
        const bool v4 = socket.address.find(':') == std::string::npos;
        // Whether an IPv6 socket alone takes IPv4 as well is another question.
        if (!v4) continue;
        if (socket.address == "0.0.0.0" || is_loopback(socket.address)) return false;
        bound = true;
    }
    return bound;
}

bool refused_tls_by_design(const Facts& facts, const HandshakeFacts& handshake) noexcept {
    return tls_never_used(facts) &&
           (handshake.failure_code == ssl_not_allowed || handshake.selected_protocol == 0u);
}

// PowerShell 2.0 runs on .NET 2.0, whose SslStream may know TLS 1.0 alone; that of the .NET
// Framework behind PowerShell 3.0 to 5.1 may not know 1.3. Both are UNVERIFIED, so neither failure
// proves a thing.
bool could_not_speak(const Facts& facts, const HandshakeFacts& handshake) noexcept {
    if (handshake.from != "guest" || handshake.completed() || handshake.stage != "tls")
        return false;
    if (!facts.collector || facts.collector->path != "ps") return false;
    const std::string& engine = facts.collector->powershell;
    if (!withheld(facts, TlsVersion::tls_1_0)) return false;
    if (engine.starts_with("2."))
        return offered(facts, TlsVersion::tls_1_1) || offered(facts, TlsVersion::tls_1_2) ||
               offered(facts, TlsVersion::tls_1_3);
    const bool framework =
        engine.starts_with("3.") || engine.starts_with("4.") || engine.starts_with("5.");
    return framework && withheld(facts, TlsVersion::tls_1_1) &&
           withheld(facts, TlsVersion::tls_1_2) && offered(facts, TlsVersion::tls_1_3);
}

const HandshakeFacts* inside_handshake(const Facts& facts) noexcept {
    const HandshakeFacts* guest = facts.handshake_from("guest");
    const HandshakeFacts* tunnel = facts.handshake_from("tunnel");
    if (guest == nullptr) return tunnel;
    return tunnel != nullptr && could_not_speak(facts, *guest) ? tunnel : guest;
}

const HandshakeFacts* completed_handshake(const Facts& facts) noexcept {
    if (!facts.handshakes) return nullptr;
    const auto counts = [&](const HandshakeFacts& handshake) {
        return tls_completed(handshake) && !reached_another_process(facts, handshake);
    };
    const HandshakeFacts* guest = inside_handshake(facts);
    if (guest != nullptr && counts(*guest)) return guest;
    for (const HandshakeFacts& handshake : *facts.handshakes) {
        if (counts(handshake)) return &handshake;
    }
    return nullptr;
}

const HandshakeFacts* failed_guest_handshake(const Facts& facts) noexcept {
    const HandshakeFacts* guest = inside_handshake(facts);
    if (guest == nullptr || tls_completed(*guest)) return nullptr;
    if (refused_tls_by_design(facts, *guest) || reached_another_process(facts, *guest) ||
        missed_the_listener(facts, *guest))
        return nullptr;
    return could_not_speak(facts, *guest) ? nullptr : guest;
}

bool ended_in_tls(const Facts& facts) noexcept {
    const HandshakeFacts* failed = failed_guest_handshake(facts);
    if (trial(facts) != Trial::fails || failed == nullptr || failed->stage != "tls") return false;
    return failed->alert.has_value() || dropped(*failed);
}

bool ended_without_credential(const Facts& facts) noexcept {
    const HandshakeFacts* failed = failed_guest_handshake(facts);
    if (trial(facts) != Trial::fails || failed == nullptr) return false;
    if (failed->failure_code == certificate_not_on_server) return true;
    return failed->stage == "tls" && !failed->alert && dropped(*failed);
}

Trial trial(const Facts& facts) noexcept {
    if (completed_handshake(facts) != nullptr) return Trial::works;
    return failed_guest_handshake(facts) != nullptr ? Trial::fails : Trial::not_run;
}

bool during_handshake(const Facts& facts, const Event& event) noexcept {
    return failed_guest_handshake(facts) != nullptr && while_collecting(facts, event);
}

bool of_limited_probe(const Facts& facts, const Event& event) noexcept {
    const HandshakeFacts* guest = facts.handshake_from("guest");
    return guest != nullptr && could_not_speak(facts, *guest) && while_collecting(facts, event);
}

} // namespace rdpsweep
