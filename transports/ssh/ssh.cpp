// Finds the way to a host, through its jump hosts where it has some, and logs in at the end of it.
#include "transports/ssh/ssh.hpp"

#include "transports/net/dial.hpp"
#include "transports/rdp/tls_profiles.hpp"
#include "transports/ssh/doorway.hpp"
#include "transports/ssh/entrance.hpp"
#include "transports/ssh/relay.hpp"
#include "transports/ssh/session.hpp"
#include "transports/ssh/tunnel.hpp"

#include <libssh2.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

namespace rdpsweep {

namespace {

Error at_hop(Error error, const JumpHost& hop) {
    auto hint = std::string(error.hint());
    auto native = std::string(error.native());
    // Never a refusal of the target's own credential: that is another one.
    return Error(
               Phase::connect,
               error.code(),
               "at the jump host " + hop.name + ": " + std::string(error.detail())
    )
        .with_native(std::move(native))
        .with_hint(std::move(hint));
}

class SshTransport final : public Transport {
public:
    SshTransport(Services& services, ssh::KnownHosts known, rdp::TlsProfiles tls)
        : services_(services), entrance_(services, std::move(known)), tls_(std::move(tls)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return ssh::transport_name; }

    [[nodiscard]] Login login() const noexcept override { return Login::on_open; }

    [[nodiscard]] bool has_other_proof(const Credential& credential) const noexcept override {
        return credential.ssh.agent || credential.ssh.key.has_value();
    }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential& credential, HostDeadline& deadline, Attempt& attempt
    ) override {
        auto trip = Trip{target, deadline, attempt, {}};
        auto descriptor = co_await arrive(trip);
        if (!descriptor) co_return std::move(descriptor).error();
        const ssh::Stop stop{
            target.address,
            target.ssh.port,
            target.ssh.user,
            target.ssh.pin_sha256,
            credential,
            !attempt.password_refused};
        const auto link = make_link(*descriptor, deadline, attempt);
        auto entry = co_await entrance_.come_in(*link, stop, deadline, attempt);
        attempt.password_withheld = !entry.password_shown;
        if (!entry.status) co_return std::move(entry.status).error();
        attempt.identity = stop.who();
        co_return std::unique_ptr<Session>(
            std::make_unique<ssh::ShellSession>(std::move(trip.chain), link, tls_, attempt)
        );
    }

private:
    std::shared_ptr<ssh::Link>
    make_link(int descriptor, HostDeadline& deadline, Attempt& attempt) const {
        return std::make_shared<ssh::Link>(
            deadline.executor(), descriptor, attempt, services_.step_timeout
        );
    }

    struct Gate {
        ssh::Doorway door{logins_at_once};
        ssh::Doorway first{1};        // until the credential is proven, one login after the other
        bool proven = false;          // it let our credential in
        std::optional<Error> refusal; // of our credential, which was shown
    };

    using Place = std::optional<ssh::Doorway::Pass>;

    // What one open() has got so far.
    struct Trip {
        const Target& target;
        HostDeadline& deadline;
        Attempt& attempt;
        ssh::Chain chain;
    };

    // A connection to the target's SSH server: its descriptor.
    Task<Result<int>> arrive(Trip& trip) {
        const auto& target = trip.target;
        if (!target.ssh.hops) {
            net::Endpoint to{target.address, target.ssh.port};
            co_return co_await dial(std::move(to), trip);
        }
        const auto& hops = *target.ssh.hops;
        Place place;
        auto waited = co_await knock(hops.front(), place, trip);
        if (!waited) co_return std::move(waited).error();
        net::Endpoint first{hops.front().address, hops.front().port};
        auto descriptor = co_await dial(std::move(first), trip);
        if (!descriptor) co_return at_hop(std::move(descriptor).error(), hops.front());
        for (std::size_t i = 0; i < hops.size(); ++i) {
            descriptor = co_await pass(i, *descriptor, place, trip);
            if (!descriptor) co_return descriptor;
        }
        co_return descriptor;
    }

    Task<Result<int>> dial(net::Endpoint to, Trip& trip) {
        auto socket = co_await net::dial(std::move(to), services_, trip.deadline, trip.attempt);
        if (!socket) co_return std::move(socket).error();
        socket->native_non_blocking(true);
        co_return socket->release();
    }

    // Waits for a place among the connections that may log in at the hop, before a connection to it
    // is made.
    Task<Status> knock(const JumpHost& hop, Place& place, Trip& trip) {
        auto& gate = gates_.try_emplace(hop.name).first->second;
        place.emplace(co_await gate.door.enter(trip.deadline));
        if (!*place) {
            co_return Error(
                Phase::connect, Errc::timed_out, "at the jump host " + hop.name + ": too many wait"
            );
        }
        // Each VM behind it would show the same credential again.
        if (gate.refusal) co_return at_hop(Error(*gate.refusal), hop);
        co_return Status();
    }

    // In at one of the target's hops, and out again to the next one or to the target.
    Task<Result<int>> pass(std::size_t at, int descriptor, Place& place, Trip& trip) {
        const auto& hops = *trip.target.ssh.hops;
        const auto& hop = hops[at];
        const auto* const next = at + 1 < hops.size() ? &hops[at + 1] : nullptr;
        const auto link = make_link(descriptor, trip.deadline, trip.attempt);
        auto ready = co_await come_in_at_hop(*link, hop, trip);
        if (!ready) co_return at_hop(std::move(ready).error(), hop);
        place.reset();
        if (next != nullptr) {
            auto waited = co_await knock(*next, place, trip);
            if (!waited) co_return std::move(waited).error();
        }
        trip.attempt.enter(Phase::connect);
        auto address = next != nullptr ? next->address : trip.target.address;
        const auto port = next != nullptr ? next->port : trip.target.ssh.port;
        auto tunnel = co_await ssh::Tunnel::open(*link, std::move(address), port, trip.deadline);
        if (!tunnel) {
            link->kill();
            co_return at_hop(std::move(tunnel).error(), hop);
        }
        link->allow(relayed_bytes);
        auto* const channel = (*tunnel)->release();
        trip.chain.add(link);
        const int end = ssh::start_relay(trip.deadline.executor(), link, channel);
        if (end >= 0) co_return end;
        co_return Error(Phase::connect, Errc::local_limit, "no socket pair for a jump host");
    }

    // Logs in at a hop: with the hop's own credential, whatever the target made of its own. A wrong
    // password is shown there once, not by every VM behind it: until the hop has let us in, logins
    // take turns, and a refusal stands for all that come after.
    Task<Status> come_in_at_hop(ssh::Link& link, const JumpHost& hop, Trip& trip) {
        auto credential = services_.credential(hop.credential);
        if (!credential) co_return std::move(credential).error();
        auto& gate = gates_.find(hop.name)->second;
        Place turn;
        if (!gate.proven) turn.emplace(co_await gate.first.enter(trip.deadline));
        if (turn && !*turn) {
            co_return Error(Phase::connect, Errc::timed_out, "others wait for its first answer");
        }
        if (gate.proven) turn.reset();
        if (gate.refusal) co_return Error(*gate.refusal);
        const ssh::Stop stop{hop.address, hop.port, hop.user, hop.pin_sha256, **credential, true};
        auto entry = co_await entrance_.come_in(link, stop, trip.deadline, trip.attempt);
        gate.proven = gate.proven || entry.status.has_value();
        if (!entry.status && entry.status.error().code() == Errc::access_denied &&
            entry.proof_shown) {
            gate.refusal.emplace(entry.status.error());
        }
        co_return std::move(entry.status);
    }

    static constexpr std::size_t logins_at_once = 8;          // at one jump host
    static constexpr std::uint64_t relayed_bytes = 64u << 20; // of one VM through a jump host

    Services& services_;
    ssh::Entrance entrance_;
    rdp::TlsProfiles tls_;
    std::map<std::string, Gate> gates_; // by jump host
};

} // namespace

Result<std::unique_ptr<Transport>> make_ssh(Services& services) {
    if (libssh2_init(0) != 0) {
        return Error(Phase::config, Errc::local_limit, "libssh2 cannot be initialised");
    }
    ssh::KnownHosts known;
    for (const auto& path : services.known_hosts) {
        auto added = known.add_file(path);
        if (!added) return std::move(added).error();
    }
    if (services.known_hosts.empty()) {
        const char* home = std::getenv("HOME");
        // Neither need be there.
        if (home != nullptr) (void)known.add_file(home + std::string("/.ssh/known_hosts"));
        (void)known.add_file("/etc/ssh/ssh_known_hosts");
    }
    auto tls = rdp::TlsProfiles::make();
    if (!tls) return std::move(tls).error();
    return std::unique_ptr<Transport>(
        std::make_unique<SshTransport>(services, std::move(known), *std::move(tls))
    );
}

} // namespace rdpsweep
