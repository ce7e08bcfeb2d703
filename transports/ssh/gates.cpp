// Keeps a gate for each jump host, and narrows it when the host turns connections away.
#include "transports/ssh/gates.hpp"

#include "transports/ssh/turned_away.hpp"

#include <utility>

namespace rdpsweep::ssh {

namespace {

Error too_many_wait(const JumpHost& hop, const char* what) {
    return Error(Phase::connect, Errc::timed_out, "at the jump host " + hop.name + ": " + what);
}

// Old servers turn away what is too much for them without a word.
bool closed_at_once(const Link& link, const Error& error) {
    return error.code() == Errc::peer_closed && error.phase() == Phase::tls &&
           link.hello().version.empty();
}

Error too_many_at_once() {
    return Error(
               Phase::tls,
               Errc::throttled,
               "it closed the connection before it said its version, and lets others in"
    )
        .with_pause(pause_of(Turned::too_many))
        .with_hint("MaxStartups of its sshd_config may be too low for so many at once");
}

} // namespace

Error at_hop(Error error, const JumpHost& hop) {
    auto hint = std::string(error.hint());
    auto native = std::string(error.native());
    return Error(
               Phase::connect,
               error.code(),
               "at the jump host " + hop.name + ": " + std::string(error.detail())
    )
        .with_native(std::move(native))
        .with_pause(error.pause())
        .with_hint(std::move(hint));
}

Task<Status> Gates::knock(const JumpHost& hop, Place& place, HostDeadline& deadline) {
    auto& gate = gates_.try_emplace(hop.name).first->second;
    place.door.emplace(co_await gate.door.enter(deadline));
    if (!*place.door) co_return too_many_wait(hop, "too many wait");
    if (!gate.proven) place.turn.emplace(co_await gate.first.enter(deadline));
    if (place.turn && !*place.turn)
        co_return too_many_wait(hop, "others wait for its first answer");
    if (gate.proven) place.turn.reset();
    if (gate.refusal) co_return at_hop(Error(*gate.refusal), hop);
    auto rested = co_await wait_out(gate, deadline);
    if (!rested) co_return at_hop(std::move(rested).error(), hop);
    co_return Status();
}

// Error at once where the deadline comes before the hop wants to hear of us.
Task<Status> Gates::wait_out(Gate& gate, HostDeadline& deadline) {
    while (gate.rest && Clock::now() < gate.rest_until) {
        if (gate.rest_until >= deadline.at()) co_return Error(*gate.rest);
        const bool time_left = co_await deadline.sleep(gate.rest_until - Clock::now());
        if (!time_left) co_return Error(*gate.rest);
    }
    co_return Status();
}

void Gates::learn(Gate& gate, const Entry& entry, Place& place) {
    if (entry.status) {
        gate.proven = true;
        gate.rest.reset();
        if (place.door) place.door->got_in();
        return;
    }
    const auto& error = entry.status.error();
    const bool lasting =
        error.code() == Errc::access_denied || error.code() == Errc::blocked_by_policy;
    if (lasting && entry.proof_shown) gate.refusal.emplace(error);
    if (error.code() != Errc::throttled) return;
    if (place.door) place.door->turned_away();
    if (error.pause() <= pause_of(Turned::too_many)) return;
    gate.rest.emplace(error);
    gate.rest_until = Clock::now() + error.pause();
}

Task<Status> Gates::come_in(
    Link& link, const JumpHost& hop, Place& place, HostDeadline& deadline, Attempt& attempt
) {
    auto credential = services_.credential(hop.credential);
    if (!credential) co_return std::move(credential).error();
    auto& gate = gates_.find(hop.name)->second;
    const Stop stop{hop.address, hop.port, hop.user, hop.pin_sha256, **credential, true};
    auto entry = co_await entrance_.come_in(link, stop, deadline, attempt);
    if (!entry.status && gate.proven && closed_at_once(link, entry.status.error())) {
        entry.status = too_many_at_once();
    }
    learn(gate, entry, place);
    place.turn.reset();
    co_return std::move(entry.status);
}

} // namespace rdpsweep::ssh
