// Finds the way to a host, through its jump hosts where it has some, and logs in at the end of it.
#include "transports/ssh/ssh.hpp"

#include "core/arrival.hpp"
#include "transports/net/dial.hpp"
#include "transports/rdp/tls_profiles.hpp"
#include "transports/ssh/entrance.hpp"
#include "transports/ssh/gates.hpp"
#include "transports/ssh/relay.hpp"
#include "transports/ssh/session.hpp"
#include "transports/ssh/tunnel.hpp"
#include "transports/ssh/turned_away.hpp"

#include <libssh2.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <utility>

namespace rdpsweep {

namespace {

using namespace std::chrono_literals;

// A trip that a jump host turned away for the number of its connections is made again, after this.
Clock::duration pause_after(int trips) {
    thread_local std::minstd_rand random(std::random_device{}());
    const Clock::duration most = std::min<Clock::duration>(5s, 250ms * (1 << std::min(trips, 5)));
    std::uniform_int_distribution<Clock::rep> any(most.count() / 4, most.count());
    return Clock::duration(any(random));
}

class SshTransport final : public Transport {
public:
    SshTransport(Services& services, ssh::KnownHosts known, rdp::TlsProfiles tls)
        : services_(services), entrance_(services, std::move(known)), tls_(std::move(tls)),
          gates_(services, entrance_) {}

    [[nodiscard]] std::string_view name() const noexcept override { return ssh::transport_name; }

    [[nodiscard]] Login login() const noexcept override { return Login::on_open; }

    [[nodiscard]] bool has_other_proof(const Credential& credential) const noexcept override {
        return credential.ssh.agent || credential.ssh.key.has_value();
    }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential& credential, HostDeadline& deadline, Attempt& attempt
    ) override {
        auto trip = Trip{target, deadline, attempt, {}};
        auto descriptor = co_await reach(trip);
        if (!descriptor) co_return std::move(descriptor).error();
        const auto link = make_link(*descriptor, deadline, attempt);
        auto may_begin = co_await arrive(attempt);
        if (!may_begin) co_return std::move(may_begin).error();
        const ssh::Stop stop{
            target.address,
            target.ssh->port,
            target.ssh->user,
            target.ssh->pin_sha256,
            credential,
            !attempt.password_refused};
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

    // What one open() has got so far.
    struct Trip {
        const Target& target;
        HostDeadline& deadline;
        Attempt& attempt;
        ssh::Chain chain;
    };

    // A connection to the target's SSH server: its descriptor.
    Task<Result<int>> reach(Trip& trip) {
        if (!trip.target.ssh->hops) {
            net::Endpoint to{trip.target.address, trip.target.ssh->port};
            co_return co_await dial(std::move(to), trip);
        }
        for (int trips = 1;; ++trips) {
            auto descriptor = co_await travel(trip);
            if (descriptor || !is_brief(descriptor.error()) || trips == most_trips) {
                co_return descriptor;
            }
            trip.chain.kill();
            const bool time_left = co_await trip.deadline.sleep(pause_after(trips));
            if (!time_left) co_return descriptor;
        }
    }

    static bool is_brief(const Error& error) {
        return error.code() == Errc::throttled &&
               error.pause() <= ssh::pause_of(ssh::Turned::too_many);
    }

    // Through the target's jump hosts.
    Task<Result<int>> travel(Trip& trip) {
        const auto& hops = *trip.target.ssh->hops;
        ssh::Gates::Place place;
        auto waited = co_await gates_.knock(hops.front(), place, trip.deadline);
        if (!waited) co_return std::move(waited).error();
        net::Endpoint first{hops.front().address, hops.front().port};
        auto descriptor = co_await dial(std::move(first), trip);
        if (!descriptor) co_return ssh::at_hop(std::move(descriptor).error(), hops.front());
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

    // In at one of the target's hops, and out again to the next one or to the target.
    Task<Result<int>> pass(std::size_t at, int descriptor, ssh::Gates::Place& place, Trip& trip) {
        const auto& hops = *trip.target.ssh->hops;
        const auto& hop = hops[at];
        const auto* const next = at + 1 < hops.size() ? &hops[at + 1] : nullptr;
        const auto link = make_link(descriptor, trip.deadline, trip.attempt);
        auto ready = co_await gates_.come_in(*link, hop, place, trip.deadline, trip.attempt);
        if (!ready) co_return ssh::at_hop(std::move(ready).error(), hop);
        place.door.reset();
        if (next != nullptr) {
            auto waited = co_await gates_.knock(*next, place, trip.deadline);
            if (!waited) co_return std::move(waited).error();
        }
        trip.attempt.enter(Phase::connect);
        auto address = next != nullptr ? next->address : trip.target.address;
        const auto port = next != nullptr ? next->port : trip.target.ssh->port;
        auto tunnel = co_await ssh::Tunnel::open(*link, std::move(address), port, trip.deadline);
        if (!tunnel) {
            link->kill();
            co_return ssh::at_hop(std::move(tunnel).error(), hop);
        }
        link->allow(relayed_bytes);
        auto* const channel = (*tunnel)->release();
        trip.chain.add(link);
        const int end = ssh::start_relay(trip.deadline.executor(), link, channel);
        if (end >= 0) co_return end;
        co_return Error(Phase::connect, Errc::local_limit, "no socket pair for a jump host");
    }

    static constexpr int most_trips = 8;                      // some 15 s
    static constexpr std::uint64_t relayed_bytes = 64u << 20; // of one VM through a jump host

    Services& services_;
    ssh::Entrance entrance_;
    rdp::TlsProfiles tls_;
    ssh::Gates gates_;
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
