// Decides which further connections a first one is worth: each version of TLS, no TLS 1.3, no TLS.
#include "transports/rdp/rdp_source.hpp"

#include "core/arrival.hpp"
#include "transports/net/dial.hpp"
#include "transports/rdp/handshake.hpp"
#include "transports/rdp/tcp_stream.hpp"
#include "transports/rdp/x224.hpp"

namespace rdpsweep::rdp {
namespace {

using namespace std::chrono_literals;

// Windows needs a moment between connections of one client, others of RDP's scanners found.
constexpr auto pause = 100ms;

bool dropped_in_tls(const HandshakeFacts& facts) {
    const bool dropped = facts.failure == "reset" || facts.failure == "closed";
    return facts.stage == "tls" && dropped && !facts.completed();
}

bool tls_spoken(const HandshakeFacts& facts) {
    return facts.completed() && !facts.tls_version.empty();
}

std::uint32_t milliseconds_since(Clock::time_point begun) {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    return static_cast<std::uint32_t>(took.count());
}

Error out_of_time(const HostDeadline& deadline) {
    if (deadline.aborted()) return Error(Phase::tls, Errc::cancelled, "the run ended first");
    return Error(Phase::tls, Errc::timed_out, "the host's time was over during the handshake");
}

Task<Result<std::unique_ptr<ByteStream>>>
dial_port(Services& services, const Target& target, HostDeadline& deadline, Attempt& attempt) {
    net::Endpoint to{target.address, target.rdp_port};
    auto socket = co_await net::dial(std::move(to), services, deadline, attempt);
    if (!socket) co_return std::move(socket).error();
    std::unique_ptr<ByteStream> stream =
        std::make_unique<TcpStream>(std::move(*socket), deadline, services.step_timeout);
    co_return std::move(stream);
}

} // namespace

struct RdpSource::Look {
    const Target& target;
    HostDeadline& deadline;
    Attempt& attempt;
};

Result<std::unique_ptr<FactSource>> make_rdp(Services& services) {
    auto profiles = TlsProfiles::make();
    if (!profiles) return std::move(profiles).error();
    Connect connect = [&services](const Target& target, HostDeadline& deadline, Attempt& attempt) {
        return dial_port(services, target, deadline, attempt);
    };
    return std::unique_ptr<FactSource>(
        std::make_unique<RdpSource>(services, *std::move(profiles), std::move(connect), pause)
    );
}

Task<Result<HandshakeFacts>> RdpSource::once(Look& look, Offer offer) const {
    // TlsSession gives up beyond that; what the handshake left is the caller's to charge.
    HeldBytes held(look.deadline.bytes());
    auto room = co_await held.hold(limits::handshake_bytes, look.deadline);
    if (!room) co_return std::move(room).error().in_phase(Phase::tls);
    const auto begun = Clock::now();
    HandshakeFacts facts;
    auto stream = co_await connect_(look.target, look.deadline, look.attempt);
    const auto problem = stream ? Errc{} : stream.error().code();
    const bool hung_up = problem == Errc::peer_closed; // open, and gone before we said a word
    if (!stream && !hung_up && problem != Errc::refused) co_return std::move(stream).error();
    const auto connected = milliseconds_since(begun);
    auto may_begin = co_await arrive(look.attempt);
    if (!may_begin) co_return std::move(may_begin).error();
    if (stream) {
        look.attempt.enter(Phase::tls);
        facts = co_await shake_hands(**stream, offer);
        // That our own time was over says nothing of the host.
        if (look.deadline.expired()) co_return out_of_time(look.deadline);
    } else {
        facts.stage = hung_up ? "x224" : "connect";
        facts.failure = hung_up ? "reset" : "refused";
    }
    facts.steps_ms["connect"] = connected;
    facts.from = "outside";
    facts.asked_for = look.target.name;
    facts.expected_thumbprint = look.target.rdp_thumbprint;
    facts.address = look.target.address;
    facts.took_ms = milliseconds_since(begun);
    look.attempt.bytes_sent += facts.bytes_sent;
    look.attempt.bytes_received += facts.bytes_received;
    co_return facts;
}

Task<Result<HandshakeFacts>> RdpSource::again(Look& look, Offer offer) const {
    const bool time_left = co_await look.deadline.sleep(pause_);
    if (!time_left) co_return out_of_time(look.deadline);
    const bool admitted = co_await services_.pacer.turn(look.deadline);
    if (!admitted) co_return out_of_time(look.deadline);
    co_return co_await once(look, offer);
}

Task<void> RdpSource::try_each_version(Look& look, HandshakeFacts& facts) const {
    for (const auto& version : profiles_.pinned) {
        // The handshake that offered every version was, as it turned out, one of this version.
        if (facts.completed() && facts.tls_version == version.name) {
            facts.versions[facts.tls_version] = "ok";
            continue;
        }
        const Offer offer{every_tls_protocol, version.context.get(), false};
        const auto tried = co_await again(look, offer);
        if (!tried) co_return;
        facts.versions[std::string(version.name)] = version_outcome(*tried, version.name);
    }
}

// Tries without 1.3, which may be all that the server cannot stand. A server that then takes the
// first offer after all was merely unlucky before.
Task<void> RdpSource::try_without_13(Look& look, HandshakeFacts& facts) const {
    const Offer offer{every_tls_protocol, profiles_.without_13.get(), true};
    auto capped = co_await again(look, offer);
    if (!capped || !capped->completed()) co_return;
    const Offer with_13{every_tls_protocol, profiles_.every.get(), true};
    auto second = co_await again(look, with_13);
    if (second && second->completed()) {
        facts = *std::move(second);
        co_return;
    }
    capped->without_tls13 = true;
    capped->versions["1.3"] = version_outcome(facts, "1.3");
    facts = *std::move(capped);
}

// RDP's own security is what is left when TLS cannot be agreed on, and old programs that know no
// negotiation answer to that alone.
Task<void> RdpSource::try_plain(Look& look, HandshakeFacts& facts) const {
    const Offer offer{protocol_rdp, nullptr, false};
    const auto plain = co_await again(look, offer);
    if (plain) facts.plain_rdp = plain->completed();
}

Task<Result<HandshakeFacts>>
RdpSource::collect(const Target& target, HostDeadline& deadline, Attempt& attempt) {
    Look look{target, deadline, attempt};
    const Offer offer{every_tls_protocol, profiles_.every.get(), true};
    auto first = co_await once(look, offer);
    if (!first) co_return first;
    auto& facts = *first;
    const bool no_certificate = facts.failure_code == ssl_certificate_not_on_server;
    if (no_certificate || facts.failure == "not_rdp") co_await try_plain(look, facts);
    if (dropped_in_tls(facts)) co_await try_without_13(look, facts);
    // A server that is silent once would be so for each version.
    const bool tls_failed = facts.stage == "tls" && facts.failure != "timeout";
    if (tls_failed || (services_.rdp_matrix && tls_spoken(facts)))
        co_await try_each_version(look, facts);
    co_return first;
}

std::string version_outcome(const HandshakeFacts& facts, std::string_view version) {
    if (facts.completed()) return facts.tls_version == version ? "ok" : "older";
    if (!facts.tls_version.empty() && facts.tls_version < version) return "older";
    if (facts.alert) return "alert " + std::to_string(*facts.alert);
    return facts.failure.empty() ? facts.stage : facts.failure;
}

} // namespace rdpsweep::rdp
