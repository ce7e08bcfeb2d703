// The scheduler with a transport that does as the target's name says.
#include "core/text.hpp"
#include "scanner/fleet.hpp"
#include "scanner/sweep.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

const Script script("test", "irrelevant", Script::Effect::read_only);

std::string frame(const std::string& nonce) {
    const std::string json = R"({"schema":"facts/1"})";
    char crc[16];
    std::snprintf(crc, sizeof crc, "%08x", crc32(json));
    return "RDPSWEEP1 " + nonce + " " + std::to_string(json.size()) + " " + crc + " " + json + "\n";
}

struct World {
    int open_now = 0;
    int most_open = 0;
    int opened = 0;
    int closed = 0;
    std::map<std::string, int> tries;
};

class FakeSession final : public Session {
public:
    FakeSession(World& world, std::string kind, Attempt& attempt)
        : world_(world), kind_(std::move(kind)), attempt_(attempt) {}

    Task<Result<CommandOutput>>
    run(const Script&, const ScriptInput& input, HostScope& scope) override {
        attempt_.enter(Phase::run);
        if (kind_ == "stall") {
            co_await scope.sleep(1h);
            const auto code = scope.aborted() ? Errc::cancelled : Errc::timed_out;
            co_return Error(Phase::run, code, "stalled");
        }
        CommandOutput output;
        if (kind_ == "mute") output.exit_code = 9009;
        if (kind_ != "mute")
            output.out = "banner\n" + frame(kind_ == "forged" ? "beef" : input.nonce());
        co_return output;
    }

    Task<Status> prove(HostScope&) override { co_return Status(); }

    Task<void> close() noexcept override {
        ++world_.closed;
        co_return;
    }

private:
    World& world_;
    std::string kind_;
    Attempt& attempt_;
};

class FakeTransport final : public Transport {
public:
    explicit FakeTransport(World& world) : world_(world) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "fake"; }

    Task<Result<std::unique_ptr<Session>>>
    open(const Target& target, const Credential&, HostScope& scope, Attempt& attempt) override {
        const auto kind = target.name.substr(0, target.name.find('-'));
        attempt.enter(Phase::connect);
        ++world_.tries[target.name];
        world_.most_open = std::max(world_.most_open, ++world_.open_now);
        const bool slept = co_await scope.sleep(kind == "hang" ? Clock::duration(1h) : 1ms);
        --world_.open_now;
        if (kind == "boom") throw std::runtime_error("a bug");
        if (!slept) {
            const auto code = scope.aborted() ? Errc::cancelled : Errc::timed_out;
            co_return Error(Phase::connect, code, "silence");
        }
        if (kind == "closed") co_return Error(Phase::connect, Errc::refused, "closed");
        if (kind == "denied") co_return Error(Phase::authenticate, Errc::access_denied, "no");
        ++world_.opened;
        co_return std::unique_ptr<Session>(std::make_unique<FakeSession>(world_, kind, attempt));
    }

private:
    World& world_;
};

struct Rig {
    Rig() : credentials(specs()) {
        setenv("RDPSWEEP_TEST_PASSWORD", "of-no-use", 1);
        transports.emplace("fake", std::make_unique<FakeTransport>(world));
        services.retries = 1;
    }

    static std::vector<CredentialSpec> specs() {
        CredentialSpec spec;
        spec.name = "c";
        spec.username = "u";
        spec.password = FromEnvironment{"RDPSWEEP_TEST_PASSWORD"};
        return {spec};
    }

    void add(const std::string& kind, int count) {
        for (int i = 0; i < count; ++i) {
            Target target;
            target.name = kind + "-" + std::to_string(i);
            target.id = target.name;
            target.address = "127.0.0.1";
            target.ladder = {"fake"};
            target.credential = "c";
            targets.push_back(std::move(target));
        }
    }

    Status run(SweepOptions options, const std::function<void(Sweep&)>& prepare = {}) {
        FleetBuilder fleet(targets.size());
        SweepEvents events;
        events.started = [](std::size_t, const Target&) { return Status(); };
        events.finished = [&](const HostResult& host) {
            if (store_fails_after-- == 0)
                return Status(Error(Phase::config, Errc::local_limit, "disk full"));
            results.push_back(host);
            fleet.add(host);
            return Status();
        };
        Sweep sweep(lane, targets, services, options, events);
        if (prepare) prepare(sweep);
        auto status = sweep.run();
        totals = fleet.totals();
        return status;
    }

    World world;
    asio::io_context lane{1};
    std::map<std::string, std::unique_ptr<Transport>, std::less<>> transports;
    CredentialStore credentials;
    AuditLog audit;
    VisitServices services{transports, credentials, audit, script, "{}", {}, "run"};
    std::vector<Target> targets;
    std::vector<HostResult> results;
    Totals totals;
    int store_fails_after = 1'000'000;
};

} // namespace

TEST_CASE("sweep: every target ends exactly once, whatever it does", "[sweep]") {
    Rig rig;
    for (const auto* kind :
         {"fine", "hang", "boom", "closed", "denied", "mute", "forged", "stall"}) {
        rig.add(kind, 5);
    }
    SweepOptions options;
    options.in_flight = 7;
    options.host_deadline = 150ms;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.balanced());
    CHECK(rig.results.size() == 40);
    CHECK(rig.totals.of(Outcome::assessed) == 5);
    CHECK(rig.totals.of(Outcome::refused) == 5);
    CHECK(rig.totals.of(Outcome::unreachable) == 30);
    CHECK(rig.world.most_open <= 7);
    CHECK(rig.world.opened == rig.world.closed); // no session is left, also where its visit failed
}

TEST_CASE("sweep: a refused credential is tried once, a closed port again", "[sweep]") {
    Rig rig;
    rig.add("denied", 1);
    rig.add("closed", 1);
    SweepOptions options;
    options.host_deadline = 20s;
    REQUIRE(rig.run(options));
    CHECK(rig.world.tries["denied-0"] == 1);
    CHECK(rig.world.tries["closed-0"] == 2);
}

TEST_CASE("sweep: what came back is kept even where it cannot be read", "[sweep]") {
    Rig rig;
    rig.add("forged", 1);
    rig.add("mute", 1);
    REQUIRE(rig.run({}));
    for (const auto& host : rig.results) {
        REQUIRE(host.attempts.size() == 1);
        const auto& error = *host.attempts[0].error;
        if (host.target.name == "forged-0") {
            CHECK(error.native() == "wrong-nonce");
            CHECK(host.noise.find("RDPSWEEP1") != std::string::npos);
        } else {
            CHECK(error.code() == Errc::nonzero_exit);
            CHECK(error.detail().find("PowerShell is not there") != std::string_view::npos);
        }
    }
}

TEST_CASE(
    "sweep: a stop drains, then ends what still hangs; the rest is not attempted", "[sweep]"
) {
    Rig rig;
    rig.add("hang", 4);
    rig.add("fine", 50);
    SweepOptions options;
    options.in_flight = 4;
    options.host_deadline = 1h;
    options.drain = 30ms;
    asio::steady_timer timer(rig.lane, 50ms);
    REQUIRE(rig.run(options, [&](Sweep& sweep) {
        timer.async_wait([&sweep](boost::system::error_code) { sweep.stop("interrupted"); });
    }));
    CHECK(rig.totals.balanced());
    CHECK(rig.totals.of(Outcome::not_attempted) == 54);
    for (const auto& host : rig.results)
        CHECK(host.reason == "interrupted");
}

TEST_CASE("sweep: the run's deadline ends the run", "[sweep]") {
    Rig rig;
    rig.add("fine", 3);
    rig.add("hang", 3);
    SweepOptions options;
    options.host_deadline = 1h;
    options.run_deadline = Clock::duration(100ms);
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::assessed) == 3);
    CHECK(rig.totals.of(Outcome::not_attempted) == 3);
}

TEST_CASE("sweep: what cannot be stored is not gathered", "[sweep]") {
    Rig rig;
    rig.add("fine", 100);
    rig.store_fails_after = 5;
    SweepOptions options;
    options.in_flight = 2;
    const auto status = rig.run(options);
    REQUIRE_FALSE(status);
    CHECK(status.error().detail() == "disk full");
    CHECK(rig.world.opened < 20);
}

TEST_CASE("sweep: a slow ramp uses up nobody's own time", "[sweep]") {
    Rig rig;
    rig.add("fine", 12);
    Pacer pacer(40, 1);
    rig.services.pacer = &pacer;
    SweepOptions options;
    options.in_flight = 12;
    options.host_deadline = 100ms; // less than the last host waits for its turn
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::assessed) == 12);
}

TEST_CASE("sweep: skipped positions are not visited", "[sweep]") {
    Rig rig;
    rig.add("fine", 4);
    REQUIRE(rig.run({}, [](Sweep& sweep) { sweep.skip({true, false, true, false}); }));
    CHECK(rig.results.size() == 2);
    CHECK(rig.world.opened == 2);
}
