// The shape of large sweeps in simulated time: the real scheduler with its defaults, hosts that are
// far away and slow, and some that are switched off. How long it takes is held against a scheduler
// that loses nothing.
//
// A hundred thousand hosts take half a minute without optimisation: what grows with the square of
// the hosts in flight shows in no smaller fleet. An account of them once took two thirds of it.
#include "scanner/run/ways.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/engine/sweep_rig.hpp"
#include "tests/unit/shape/simulated_time.hpp"

#include <cmath>

using namespace rdpsweep;
using namespace rdpsweep::sweep_test;
using namespace rdpsweep::shape_test;
using namespace std::chrono_literals;

namespace {

constexpr auto round_trip = 80ms;
constexpr auto powershell = 2400ms; // its start, and the collector's run

// What a healthy host takes with nobody beside it: TCP, TLS, five questions; then RDP's TCP, TLS.
constexpr auto own_work = 7 * round_trip + powershell + 4 * round_trip;

// What a hole takes: three tries over TCP, and the longest pauses between them.
constexpr auto hole_work = 3 * limits::connect + 1s + 2s;

bool is_hole(const Target& target) {
    return target.name.starts_with("hole");
}

class FarSession final : public Session {
public:
    explicit FarSession(Attempt& attempt) : attempt_(attempt) {}

    Task<Result<CommandOutput>>
    run(const Script&, const ScriptInput&, HostDeadline& deadline) override {
        co_await deadline.sleep(powershell);
        co_return Error(Phase::run, Errc::unsupported, "nobody asks for it here");
    }

    Task<Status> prove(HostDeadline& deadline) override {
        attempt_.enter(Phase::authenticate);
        co_await deadline.sleep(round_trip);
        attempt_.enter(Phase::open); // its first answer: it let us in
        co_await deadline.sleep(4 * round_trip + powershell);
        co_return Status();
    }

    Task<void> close() noexcept override { co_return; }

private:
    Attempt& attempt_;
};

class FarTransport final : public Transport {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "fake"; }

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential&, HostDeadline& deadline, Attempt& attempt
    ) override {
        attempt.enter(Phase::connect);
        co_await deadline.sleep(is_hole(target) ? Clock::duration(limits::connect) : round_trip);
        if (is_hole(target)) co_return Error(Phase::connect, Errc::timed_out, "silence");
        auto may_begin = co_await arrive(attempt);
        if (!may_begin) co_return std::move(may_begin).error();
        attempt.enter(Phase::tls);
        co_await deadline.sleep(round_trip);
        co_return std::unique_ptr<Session>(std::make_unique<FarSession>(attempt));
    }
};

class FarSource final : public FactSource {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "rdp"; }

    Task<Result<HandshakeFacts>>
    collect(const Target&, HostDeadline& deadline, Attempt& attempt) override {
        co_await deadline.sleep(round_trip);
        const auto allowed = co_await arrive(attempt);
        if (!allowed) co_return allowed.error();
        co_await deadline.sleep(3 * round_trip);
        ++looks;
        co_return HandshakeFacts();
    }

    std::size_t looks = 0;
};

enum class Holes { spread, first };

struct Fleet {
    std::size_t hosts = 0;
    std::size_t holes = 0;
};

// Adds holes and hosts to the rig, three holes among ten.
Fleet add_hosts(Rig& rig, std::size_t count, Holes order) {
    Fleet fleet{count - count * 3 / 10, count * 3 / 10};
    for (std::size_t index = 0; index < count; ++index) {
        const bool hole = order == Holes::first ? index < fleet.holes : (index * 7 + 3) % 10 < 3;
        rig.add(hole ? "hole" : "far", 1);
        rig.targets.back().id = rig.targets.back().name += std::to_string(index);
    }
    return fleet;
}

struct Swept {
    double took = 0; // seconds
    Clock::duration longest_host{};
    std::size_t assessed = 0;
    std::size_t unreachable = 0;
    std::size_t looks = 0;
};

// Sweeps with what a run uses that was told nothing.
Swept sweep(std::size_t count, Holes order) {
    const SimulatedTime time;
    Rig rig;
    FarSource outside;
    rig.transports.clear();
    rig.transports.emplace("fake", std::make_unique<FarTransport>());
    add_hosts(rig, count, order);
    const auto rate = usual_connect_rate(count);
    Pacer pacer(rate, rate / 10, 1 / limits::connections_a_host);
    rig.services.pacer = &pacer;
    rig.services.outside = &outside;
    rig.services.always_look_outside = true;
    rig.services.retries = limits::retries;
    rig.services.kind = VisitKind::check;
    SweepOptions options;
    options.admission = admission_rules({}, limits::in_flight, 1'000'000);
    const auto begun = Clock::now();
    REQUIRE(rig.run(options));
    Swept swept;
    swept.took = std::chrono::duration<double>(Clock::now() - begun).count();
    for (const auto& host : rig.results) {
        swept.assessed += host.outcome == Outcome::assessed ? 1 : 0;
        swept.unreachable += host.outcome == Outcome::unreachable ? 1 : 0;
        if (!is_hole(host.target))
            swept.longest_host = std::max<Clock::duration>(swept.longest_host, host.took);
    }
    swept.looks = outside.looks;
    return swept;
}

// Returns how many seconds a sweep needs that keeps to the rate and loses nothing else: all its
// connections (two of a host, three of a hole), then the longest host.
double perfect(std::size_t count) {
    const auto holes = count * 3 / 10;
    const auto connections = static_cast<double>((count - holes) * 2 + holes * 3);
    return connections / usual_connect_rate(count) +
           std::chrono::duration<double>(hole_work).count();
}

void check_shape(std::size_t count, Holes order) {
    CAPTURE(count, order == Holes::first, perfect(count));
    const auto swept = sweep(count, order);
    INFO(
        "took " << swept.took << " s, the longest host " << swept.longest_host.count() / 1'000'000
                << " ms"
    );
    CHECK(swept.took <= 1.25 * perfect(count));
    CHECK(swept.took >= static_cast<double>(count) / usual_connect_rate(count) - 1);
    CHECK(swept.longest_host >= own_work);
    // Ten thousand VMs of which all that are off come first look like a crowded network: the window
    // is halved, by trial, before it is given back.
    const bool looks_crowded = order == Holes::first && count > 2'000;
    CHECK(swept.longest_host <= own_work + (looks_crowded ? 2s : 1s));
    CHECK(swept.assessed == count - count * 3 / 10);
    CHECK(swept.unreachable == count * 3 / 10);
    CHECK(swept.looks == swept.assessed); // none is lost, none is made at an address that is silent
}

} // namespace

TEST_CASE("shape: simulated time passes as far as somebody waits", "[shape]") {
    const SimulatedTime time;
    asio::io_context lane{1};
    asio::steady_timer day(lane, 24h);
    asio::steady_timer second(lane, 1s);
    std::vector<Clock::duration> rang;
    const auto begun = Clock::now();
    const auto note = [&](boost::system::error_code) { rang.push_back(Clock::now() - begun); };
    day.async_wait(note);
    second.async_wait(note);
    lane.run();
    REQUIRE(rang.size() == 2);
    CHECK(rang[0] >= 1s);
    CHECK(rang[0] < 1001ms);
    CHECK(rang[1] >= 24h);
    CHECK(rang[1] < 24h + 1s);
}

TEST_CASE("shape: a sweep with holes takes no more than a quarter beyond perfect", "[shape]") {
    check_shape(500, Holes::spread);
    check_shape(500, Holes::first);
    check_shape(2'000, Holes::spread);
    check_shape(2'000, Holes::first);
}

TEST_CASE("shape: ten thousand hosts, and a hundred thousand", "[shape]") {
    check_shape(10'000, Holes::spread);
    check_shape(10'000, Holes::first);
    check_shape(100'000, Holes::spread);
}
