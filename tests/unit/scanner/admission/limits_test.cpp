// Each scope of the inventory's limits by itself, and what hosts that change their way, time out or
// are refused do to those that wait.
#include "scanner/admission/admission.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <map>

using namespace rdpsweep;

namespace {

using Hosts = std::vector<std::size_t>;

struct Place {
    std::string credential, subnet, subscription, transport;
};

struct Gate {
    Gate(std::vector<Place> where, AdmissionRules rules)
        : places(std::move(where)), targets(targets_of(places)),
          admission(
              targets,
              rules,
              {[] {},
               [this](const std::string& credential, const Breaker& breaker) {
                   stopped.emplace_back(credential, breaker.refusals().size());
               }}
          ) {
        for (std::size_t host = 0; host < places.size(); ++host)
            admission.add(host, places[host].subnet);
    }

    static std::vector<Target> targets_of(const std::vector<Place>& places) {
        std::vector<Target> targets;
        for (const auto& place : places) {
            Target target;
            target.credential = place.credential;
            if (!place.transport.empty()) target.route = {place.transport};
            if (!place.subscription.empty())
                target.vm = "/subscriptions/" + place.subscription + "/resourceGroups/x";
            targets.push_back(std::move(target));
        }
        return targets;
    }

    // The hosts that may go now.
    Hosts take() {
        Hosts hosts;
        while (const auto host = admission.take())
            hosts.push_back(*host);
        std::sort(hosts.begin(), hosts.end());
        return hosts;
    }

    void end(std::size_t host, std::optional<Error> error = {}) {
        HostResult result;
        result.index = host;
        Attempt attempt;
        attempt.reached = error ? error->phase() : Phase::decode;
        attempt.error = std::move(error);
        result.attempts.push_back(std::move(attempt));
        admission.ended(result);
    }

    void show(std::size_t host, bool good) {
        asio::io_context desk{1};
        HostDeadline deadline(desk.get_executor(), Clock::now() + std::chrono::hours(1));
        LoginGate::Turn turn(admission.logins(), targets[host].credential, host);
        auto body = [&]() -> Task<void> {
            const bool may = co_await turn.come(deadline);
            if (may && good) turn.accepted();
            if (may && !good) turn.refused();
        };
        asio::co_spawn(desk, body, asio::detached);
        desk.poll();
    }

    // "yes", "no", or "waits": what becomes of a host that goes on by another transport.
    std::string change(std::size_t host, const std::string& transport, HostDeadline& deadline) {
        auto body = [this, host, transport, &deadline]() -> Task<void> {
            const bool went = co_await admission.change_transport(host, transport, deadline);
            changes[host] = went ? "yes" : "no";
        };
        changes[host] = "waits";
        asio::co_spawn(lane, body, asio::detached);
        run();
        return changes[host];
    }

    void run() {
        lane.restart();
        lane.poll();
    }

    std::vector<Place> places;
    std::vector<Target> targets;
    std::vector<std::pair<std::string, std::size_t>> stopped;
    std::map<std::size_t, std::string> changes;
    asio::io_context lane{1};
    Admission admission;
};

} // namespace

TEST_CASE("limits: each scope holds back those that share a part of the estate", "[admission]") {
    const std::vector<Place> places{
        {"a", "10.0.0.0/24", "s1", "winrm"},
        {"a", "10.0.1.0/24", "s2", "ssh"},
        {"b", "10.0.0.0/24", "s3", "run-command"},
        {"c", "10.0.2.0/24", "S1", "other"},
        {"d", "10.0.3.0/24", "s4", "winrm"},
        {"", "", "", ""},
    };

    struct Case {
        LimitRange range;
        Hosts first, then;
    };

    const std::vector<Case> cases{
        {LimitRange::all, {0}, {2}}, // a and b take turns
        {LimitRange::subnet, {0, 1, 3, 4, 5}, {2}},
        {LimitRange::subscription, {0, 1, 2, 4, 5}, {3}},
        {LimitRange::credential, {0, 2, 3, 4, 5}, {1}},
        {LimitRange::transport, {0, 1, 2, 3, 5}, {4}},
    };
    for (const auto& [range, first, then] : cases) {
        INFO(to_string(range));
        Gate gate(places, admission_rules({{range, 1, {}}}, 100));
        CHECK(gate.admission.wants_subnets() == (range == LimitRange::subnet));
        CHECK(gate.take() == first);
        gate.end(0);
        CHECK(gate.take() == then);
        Gate wider(places, admission_rules({{range, 2, {}}}, 100));
        CHECK(wider.take().size() == (range == LimitRange::all ? 2 : 6));
    }
    Gate none(places, admission_rules({}, 100));
    CHECK(none.take() == Hosts{0, 1, 2, 3, 4, 5});
}

TEST_CASE("limits: that of a credential holds after it has proved good", "[admission]") {
    Gate gate(
        std::vector<Place>(20, {"fleet", "", "", "winrm"}),
        admission_rules({{LimitRange::credential, 5, {}}}, 100)
    );
    CHECK(gate.take() == Hosts{0, 1, 2}); // nothing is known of it
    gate.show(0, true);
    CHECK(gate.take() == Hosts{3, 4});
    gate.end(1);
    CHECK(gate.take() == Hosts{5});
}

TEST_CASE("limits: a credential stops after as many refusals as its limit says", "[admission]") {
    for (const std::size_t most : {1u, 2u, 4u}) {
        INFO(most);
        Gate gate(
            std::vector<Place>(20, {"fleet", "", "", "winrm"}),
            admission_rules({{LimitRange::credential, {}, most}, {LimitRange::all, {}, 9}}, 100)
        );
        CHECK(gate.take().size() == most);
        for (std::size_t host = 0; host < most; ++host) {
            CHECK(gate.admission.why_stopped("fleet").empty());
            gate.show(host, false);
            gate.end(host);
        }
        CHECK(
            gate.admission.why_stopped("fleet") ==
            "credential 'fleet' was refused by " + std::to_string(most) +
                (most == 1 ? " host and stopped" : " hosts and stopped")
        );
        CHECK(gate.admission.why_stopped("another").empty());
        CHECK(gate.stopped == decltype(gate.stopped){{"fleet", most}}); // told once
        CHECK(gate.take().empty());
    }
}

TEST_CASE("limits: a host that changes its transport changes places", "[admission]") {
    Gate gate(
        {{"", "", "", "winrm"}, {"", "", "", "winrm"}, {"", "", "", "ssh"}, {"", "", "", "ssh"}},
        admission_rules({{LimitRange::transport, 1, {}}}, 100)
    );
    HostDeadline deadline(gate.lane.get_executor(), Clock::now() + std::chrono::hours(1));
    CHECK(gate.take() == Hosts{0, 2});
    CHECK(gate.change(0, "ssh", deadline) == "waits");
    CHECK(gate.take() == Hosts{1}); // it gave its place back before it got the next
    gate.end(2);
    gate.run();
    CHECK(gate.changes[0] == "yes");
    CHECK(gate.take().empty()); // ssh is full again
    CHECK(gate.change(0, "third", deadline) == "yes");
    CHECK(gate.take() == Hosts{3});
    gate.end(0);
    CHECK(gate.change(3, "third", deadline) == "yes"); // its place is free again
    CHECK(gate.change(2, "third", deadline) == "yes"); // one that has ended needs no place
}

TEST_CASE("limits: a host that waits for a transport until its time is over has none") {
    Gate gate(
        {{"", "", "", "winrm"}, {"", "", "", "ssh"}},
        admission_rules({{LimitRange::transport, 1, {}}}, 100)
    );
    HostDeadline deadline(gate.lane.get_executor(), Clock::now() + std::chrono::hours(1));
    CHECK(gate.take() == Hosts{0, 1});
    CHECK(gate.change(0, "ssh", deadline) == "waits");
    deadline.abort();
    gate.run();
    CHECK(gate.changes[0] == "no");
    gate.end(0);
    gate.end(1);
    gate.admission.add(0, "");
    gate.admission.add(1, "");
    CHECK(gate.take() == Hosts{0, 1}); // each place was given back once
}

TEST_CASE("limits: hosts that change to the serial console wait for its places", "[admission]") {
    AdmissionRules rules;
    rules.serial = 1;
    Gate gate({{"", "", "s1", "winrm"}, {"", "", "s1", "winrm"}, {"", "", "s2", "winrm"}}, rules);
    HostDeadline deadline(gate.lane.get_executor(), Clock::now() + std::chrono::hours(1));
    CHECK(gate.take() == Hosts{0, 1, 2});
    CHECK(gate.change(0, "serial", deadline) == "yes");
    CHECK(gate.change(1, "serial", deadline) == "waits");
    CHECK(gate.change(2, "serial", deadline) == "yes");
    gate.end(0);
    gate.run();
    CHECK(gate.changes[1] == "yes");
}

TEST_CASE("limits: a crowded network narrows all, a host's refusal does not", "[admission]") {
    const std::vector<Place> places(100, {"", "", "", "winrm"});
    Gate crowded(places, admission_rules({}, 32));
    CHECK(crowded.take().size() == 32);
    for (std::size_t host = 0; host < 32; ++host)
        crowded.end(host); // what is usual
    CHECK(crowded.take().size() == 32);
    for (std::size_t host = 32; host < 48; ++host)
        crowded.end(host, Error(Phase::connect, Errc::timed_out, "x"));
    CHECK(crowded.admission.window().size() == 16);
    CHECK(crowded.take().empty()); // sixteen are still on their way
    crowded.end(48, Error(Phase::connect, Errc::timed_out, "x"));
    CHECK(crowded.take().size() == 1);
    Gate busy(places, admission_rules({}, 32));
    CHECK(busy.take().size() == 32);
    for (std::size_t host = 0; host < 16; ++host)
        busy.end(host, Error(Phase::connect, Errc::refused, "x"));
    CHECK(busy.admission.window().size() == 32);
    CHECK(busy.take().size() == 16);
}

TEST_CASE("traffic_of: what each end of an attempt says of the network", "[admission]") {
    struct Case {
        Phase reached;
        Errc code;
        Traffic traffic;
    };

    const std::vector<Case> cases{
        {Phase::config, Errc::timed_out, Traffic::foreign}, // a credential's command
        {Phase::resolve, Errc::timed_out, Traffic::foreign},
        {Phase::resolve, Errc::name_not_found, Traffic::foreign},
        {Phase::resolve, Errc::refused, Traffic::foreign}, // by the name server
        {Phase::connect, Errc::timed_out, Traffic::crowded},
        {Phase::connect, Errc::refused, Traffic::clear},
        {Phase::connect, Errc::peer_closed, Traffic::clear},
        {Phase::connect, Errc::unreachable, Traffic::foreign},
        {Phase::connect, Errc::local_limit, Traffic::foreign},
        {Phase::connect, Errc::cancelled, Traffic::foreign},
        {Phase::tls, Errc::timed_out, Traffic::crowded},
        {Phase::tls, Errc::certificate_rejected, Traffic::clear},
        {Phase::tls, Errc::protocol_violation, Traffic::clear},
        {Phase::tls, Errc::peer_closed, Traffic::clear},
        {Phase::tls, Errc::cancelled, Traffic::foreign},
        {Phase::http, Errc::timed_out, Traffic::clear},
        {Phase::http, Errc::cancelled, Traffic::clear}, // TLS was done by then
        {Phase::authenticate, Errc::access_denied, Traffic::clear},
        {Phase::decode, Errc::malformed_output, Traffic::clear},
    };
    const auto attempt_of = [](const Case& one) {
        Attempt attempt;
        attempt.reached = one.reached;
        attempt.error = Error(one.reached, one.code, "x");
        return attempt;
    };
    for (const auto& one : cases) {
        INFO(to_string(one.reached) << " " << to_string(one.code));
        HostResult result;
        result.attempts.push_back(attempt_of(one));
        CHECK(traffic_of(result) == one.traffic);
        // One that timed out outweighs whatever the other ways say, before it and after it.
        result.attempts.push_back(attempt_of({Phase::tls, Errc::timed_out, Traffic::crowded}));
        CHECK(traffic_of(result) == Traffic::crowded);
        result.attempts.push_back(attempt_of(one));
        CHECK(traffic_of(result) == Traffic::crowded);
        // One that got through outweighs those that say nothing.
        result.attempts = {attempt_of(one), Attempt()};
        result.attempts.back().reached = Phase::connect;
        const bool crowded = one.traffic == Traffic::crowded;
        CHECK(traffic_of(result) == (crowded ? Traffic::crowded : Traffic::clear));
    }
    CHECK(traffic_of(HostResult()) == Traffic::foreign);
}
