// The scheduler with a transport that does as the target's name says.
#include "core/text.hpp"
#include "scanner/engine/sweep.hpp"
#include "scanner/store/fleet.hpp"
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
    int ran = 0;
    int most_at_once_before_run = 0;
    std::map<std::string, int> tries;
    std::vector<std::string> events; // of sessions: "run", "close"
    std::function<void()> on_hang;   // told of each host that begins to hang
};

class FakeSession final : public Session {
public:
    FakeSession(World& world, std::string kind, Attempt& attempt)
        : world_(world), kind_(std::move(kind)), attempt_(attempt) {}

    Task<Result<CommandOutput>>
    run(const Script&, const ScriptInput& input, HostDeadline& deadline) override {
        if (kind_ == "wrong") {
            attempt_.enter(Phase::authenticate);
            co_await deadline.sleep(1ms);
            co_return Error(Phase::authenticate, Errc::access_denied, "no");
        }
        attempt_.enter(Phase::run);
        ++world_.ran;
        world_.events.emplace_back("run");
        if (kind_ == "full") co_return Error(Phase::run, Errc::throttled, "a quota");
        if (kind_ == "stall") {
            co_await deadline.sleep(1h);
            const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
            co_return Error(Phase::run, code, "stalled");
        }
        CommandOutput output;
        if (kind_ == "mute") output.exit_code = 9009;
        if (kind_ != "mute")
            output.out = "banner\n" + frame(kind_ == "forged" ? "beef" : input.nonce());
        co_return output;
    }

    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    Task<void> close() noexcept override {
        ++world_.closed;
        world_.events.emplace_back("close");
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

    [[nodiscard]] Login login() const noexcept override { return when_; }

    [[nodiscard]] bool has_other_proof(const Credential&) const noexcept override {
        return other_proof_;
    }

    Login when_ = Login::on_open;
    bool other_proof_ = false; // as SSH with a key
    bool withholds_ = false;   // refused before a password was asked for
    bool saw_refused_ = false; // what the attempt was told

    Task<Result<std::unique_ptr<Session>>> open(
        const Target& target, const Credential&, HostDeadline& deadline, Attempt& attempt
    ) override {
        const auto kind = target.name.substr(0, target.name.find('-'));
        attempt.enter(Phase::connect);
        ++world_.tries[target.name];
        world_.most_open = std::max(world_.most_open, ++world_.open_now);
        if (world_.ran == 0) world_.most_at_once_before_run = world_.most_open;
        if (kind == "hang" && world_.on_hang) world_.on_hang();
        const bool slept = co_await deadline.sleep(kind == "hang" ? Clock::duration(1h) : 1ms);
        --world_.open_now;
        if (kind == "boom") throw std::runtime_error("a bug");
        if (!slept) {
            const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
            co_return Error(Phase::connect, code, "silence");
        }
        if (kind == "closed") co_return Error(Phase::connect, Errc::refused, "closed");
        if (kind == "lame" && target.address == first_address) {
            co_return Error(Phase::tls, Errc::protocol_violation, "broken");
        }
        saw_refused_ = attempt.password_refused;
        attempt.password_withheld = withholds_;
        if (kind == "denied") co_return Error(Phase::authenticate, Errc::access_denied, "no");
        ++world_.opened;
        co_return std::unique_ptr<Session>(std::make_unique<FakeSession>(world_, kind, attempt));
    }

    [[nodiscard]] std::optional<Target>
    http_fallback(const Target& target, const Credential&, const Error& error) const override {
        if (error.phase() != Phase::tls) return std::nullopt;
        auto other = target;
        other.address = "127.0.0.2";
        return other;
    }

    static constexpr const char* first_address = "127.0.0.1";

private:
    World& world_;
};

// Sees what the target's name tags say: a reset, nothing, or a completed handshake.
class FakeSource final : public FactSource {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "rdp"; }

    Task<Result<HandshakeFacts>>
    collect(const Target& target, HostDeadline& deadline, Attempt&) override {
        ++looks;
        co_await deadline.sleep(1ms);
        if (target.tags.contains("dark")) co_return Error(Phase::connect, Errc::timed_out, "dark");
        HandshakeFacts seen;
        seen.from = "outside";
        seen.stage = target.tags.contains("reset") ? "tls" : "done";
        if (seen.stage == "tls")
            seen.failure = "reset";
        else
            seen.peer_thumbprint = std::string(40, 'a');
        seen.selected_protocol = 2;
        seen.tls_version = "1.2";
        co_return seen;
    }

    int looks = 0;
};

struct Rig {
    Rig() : credentials(specs()) {
        setenv("RDPSWEEP_TEST_PASSWORD", "of-no-use", 1);
        auto one = std::make_unique<FakeTransport>(world);
        fake = one.get();
        transports.emplace("fake", std::move(one));
        transports.emplace("other", std::make_unique<FakeTransport>(world));
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
            target.route = {"fake"};
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
        events.stopped = [this](const std::string& credential, const Breaker& breaker, auto left) {
            stopped.push_back(
                credential + " " + std::to_string(breaker.refusals().size()) + " " +
                std::to_string(left)
            );
        };
        options.events = std::move(events);
        Sweep sweep(lane, targets, services, std::move(options));
        if (prepare) prepare(sweep);
        auto status = sweep.run();
        totals = fleet.totals();
        return status;
    }

    World world;
    FakeTransport* fake = nullptr;
    asio::io_context lane{1};
    std::map<std::string, std::unique_ptr<Transport>, std::less<>> transports;
    CredentialStore credentials;
    AuditLog audit;
    Collector collector{script, true};
    VisitServices services{
        .transports = transports,
        .credentials = credentials,
        .audit = audit,
        .collector = collector,
        .run_id = "run"};
    std::vector<Target> targets;
    std::vector<HostResult> results;
    Totals totals;
    int store_fails_after = 1'000'000;
    std::vector<std::string> stopped;
};

} // namespace

TEST_CASE("sweep: every target ends exactly once, whatever it does", "[sweep]") {
    Rig rig;
    for (const auto* kind :
         {"fine", "hang", "boom", "closed", "denied", "mute", "forged", "stall"}) {
        rig.add(kind, 5);
    }
    SweepOptions options;
    options.admission.jobs = 7;
    options.admission.max_auth_failures = 100; // not what this test is about
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

TEST_CASE("sweep: a refused password is not shown again over another transport", "[sweep]") {
    Rig rig;
    rig.add("denied", 1);
    rig.targets[0].route = {"fake", "other"};
    auto& other = static_cast<FakeTransport&>(*rig.transports.at("other"));
    SECTION("and what was left out stands among the attempts") {
        REQUIRE(rig.run({}));
        CHECK(rig.world.tries["denied-0"] == 1);
        REQUIRE(rig.results[0].attempts.size() == 2);
        CHECK(rig.results[0].attempts[1].transport == "other");
        CHECK_THAT(
            std::string(rig.results[0].attempts[1].error->detail()), Catch::StartsWith("not tried")
        );
    }
    SECTION("but a key is, and the transport knows") {
        other.other_proof_ = true;
        REQUIRE(rig.run({}));
        CHECK(rig.world.tries["denied-0"] == 2);
        CHECK(other.saw_refused_);
    }
    SECTION("and one that nobody asked for was not refused") {
        rig.fake->withholds_ = true;
        REQUIRE(rig.run({}));
        CHECK(rig.world.tries["denied-0"] == 2);
        CHECK_FALSE(other.saw_refused_);
    }
    CHECK(rig.results[0].outcome == Outcome::refused);
}

TEST_CASE("sweep: nothing is left on a host while we wait to come back", "[sweep]") {
    Rig rig;
    rig.add("full", 1);
    REQUIRE(rig.run({}));
    CHECK(rig.world.events == std::vector<std::string>{"run", "close", "run", "close"});
}

TEST_CASE(
    "sweep: an HTTP fallback is an attempt of its own, the first stays as evidence", "[sweep]"
) {
    Rig rig;
    rig.add("lame", 1);
    rig.add("closed", 1);
    REQUIRE(rig.run({}));
    REQUIRE(rig.results.size() == 2);
    for (const auto& host : rig.results) {
        INFO(host.target.name);
        if (host.target.name == "closed-0") {
            CHECK(host.attempts.size() == 2); // a retry, no other way
            continue;
        }
        REQUIRE(host.attempts.size() == 2);
        REQUIRE(host.attempts[0].error);
        CHECK(host.attempts[0].error->phase() == Phase::tls);
        CHECK_FALSE(host.attempts[1].error);
        CHECK(host.outcome == Outcome::assessed);
        CHECK(host.target.address == "127.0.0.1"); // the inventory's
    }
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
    options.admission.jobs = 4;
    options.host_deadline = 1h;
    options.drain = 1ms;
    int hanging = 0;
    REQUIRE(rig.run(options, [&](Sweep& sweep) {
        rig.world.on_hang = [&] {
            if (++hanging < 3) return; // no more log in before one was let in
            asio::post(rig.lane, [&sweep] { sweep.stop("interrupted"); });
        };
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
    options.admission.jobs = 2;
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
    options.admission.jobs = 12;
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

TEST_CASE("sweep: a credential that three hosts refuse is shown to no other", "[sweep][breaker]") {
    for (const auto login : {Login::on_open, Login::on_use}) {
        Rig rig;
        rig.fake->when_ = login;
        rig.add(login == Login::on_open ? "denied" : "wrong", 1000);
        REQUIRE(rig.run({}));
        CHECK(rig.totals.balanced());
        CHECK(rig.totals.of(Outcome::refused) == 3);
        CHECK(rig.totals.of(Outcome::not_attempted) == 997);
        CHECK(rig.stopped == std::vector<std::string>{"c 3 997"});
        std::size_t said = 0;
        for (const auto& host : rig.results) {
            if (host.reason == "credential 'c' was refused by 3 hosts and stopped") ++said;
        }
        CHECK(said == 997);
        // Shown three times; where the login comes later, others may have been connected to.
        CHECK(rig.world.tries.size() <= 6);
        CHECK(rig.world.ran == 0);
    }
}

TEST_CASE("sweep: a host that waits to log on when the credential stops is held back", "[sweep]") {
    Rig rig;
    rig.services.retries = 0;
    rig.add("closed", 10); // each lets one more host come as far as the logon
    rig.add("denied", 50);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::refused) == 3);
    // A closed host may be among those that wait for their turn when the credential stops.
    CHECK(rig.totals.of(Outcome::not_attempted) >= 47);
    CHECK(
        rig.totals.of(Outcome::not_attempted) + rig.totals.of(Outcome::unreachable) ==
        rig.targets.size() - 3
    );
    std::size_t held_back = 0;
    for (const auto& host : rig.results) {
        if (host.outcome != Outcome::not_attempted || host.attempts.empty()) continue;
        CHECK(host.attempts.back().error->code() == Errc::held_back);
        CHECK(host.reason == "credential 'c' was refused by 3 hosts and stopped");
        ++held_back;
    }
    CHECK(held_back > 0);
}

TEST_CASE("sweep: the limit of refusals is the inventory's", "[sweep][breaker]") {
    Rig rig;
    rig.add("denied", 50);
    SweepOptions options;
    options.admission.max_auth_failures = 1;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::refused) == 1);
    CHECK(rig.totals.of(Outcome::not_attempted) == 49);
}

TEST_CASE("sweep: a credential that works here and there goes on", "[sweep][breaker]") {
    Rig rig;
    for (int i = 0; i < 40; ++i) {
        rig.add("fine", 1);
        rig.targets.back().name = "fine-" + std::to_string(i);
        rig.add("denied", 1);
        rig.targets.back().name = "denied-" + std::to_string(i);
    }
    SweepOptions options;
    options.admission.jobs = 2;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::assessed) == 40);
    CHECK(rig.totals.of(Outcome::refused) == 40);
    CHECK(rig.stopped.empty());
}

TEST_CASE("sweep: one stopped credential does not stop the others", "[sweep][breaker]") {
    Rig rig;
    rig.add("denied", 30);
    rig.add("fine", 30);
    for (std::size_t i = 30; i < 60; ++i)
        rig.targets[i].credential = "d";
    auto specs = Rig::specs();
    specs.push_back(specs[0]);
    specs[1].name = "d";
    rig.credentials = CredentialStore(specs);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 30);
    CHECK(rig.totals.of(Outcome::refused) == 3);
    CHECK(rig.totals.of(Outcome::not_attempted) == 27);
}

TEST_CASE("sweep: refusals count over all transports of a credential", "[sweep][breaker]") {
    Rig rig;
    rig.add("denied", 40);
    for (std::size_t i = 0; i < rig.targets.size(); ++i)
        rig.targets[i].route = {i % 2 == 0 ? "fake" : "other"};
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::refused) == 3);
}

TEST_CASE("sweep: the first hosts of a credential go alone", "[sweep][breaker]") {
    Rig rig;
    rig.add("fine", 200);
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 200);
    CHECK(rig.world.most_at_once_before_run <= 3);
    CHECK(rig.world.most_open > 3);
}

TEST_CASE("sweep: postponed hosts come last", "[sweep]") {
    Rig rig;
    rig.add("fine", 4);
    SweepOptions options;
    options.admission.jobs = 1;
    REQUIRE(rig.run(options, [](Sweep& sweep) { sweep.postpone({true, false, false, true}); }));
    std::vector<std::size_t> order;
    for (const auto& host : rig.results)
        order.push_back(host.index);
    CHECK(order == std::vector<std::size_t>{1, 2, 0, 3});
}

TEST_CASE("sweep: a host gives its place up when it goes on to another transport", "[sweep]") {
    Rig rig;
    rig.add("closed", 6);
    for (auto& target : rig.targets)
        target.route = {"fake", "other"};
    rig.services.retries = 0;
    SweepOptions options;
    options.admission.transport = 1;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.balanced());
    CHECK(rig.world.most_open == 2); // one in each transport
    for (const auto& host : rig.results)
        CHECK(host.attempts.size() == 2);
}

TEST_CASE("sweep: a limit per subnet holds for names as well", "[sweep]") {
    Rig rig;
    rig.add("fine", 12);
    for (auto& target : rig.targets)
        target.address = "localhost";
    Resolver resolver;
    SweepOptions options;
    options.admission.subnet = 2;
    options.resolver = &resolver;
    REQUIRE(rig.run(options));
    CHECK(rig.totals.of(Outcome::assessed) == 12);
    CHECK(rig.world.most_open == 2);
}

TEST_CASE("sweep: a command that cannot be recorded ends the run, not one host", "[sweep]") {
    Rig rig;
    rig.add("fine", 100);
    auto full = AuditLog::open("/dev/full");
    REQUIRE(full);
    rig.audit = std::move(*full);
    const auto status = rig.run({});
    REQUIRE_FALSE(status);
    CHECK(status.error().detail().find("audit") != std::string_view::npos);
    CHECK(rig.world.opened <= 10);
    for (const auto& host : rig.results)
        CHECK(host.outcome == Outcome::not_attempted);
}

TEST_CASE(
    "sweep: the look from outside is taken though the route does not name it", "[sweep][outside]"
) {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.services.always_look_outside = true;
    rig.add("fine", 3);
    rig.add("closed", 1);
    rig.targets[1].tags["dark"] = "";
    rig.targets[2].rdp_outside = false;
    rig.targets[3].tags["reset"] = "";
    REQUIRE(rig.run({}));
    CHECK(source.looks == 3);
    CHECK(rig.totals.of(Outcome::assessed) == 3);
    for (const auto& host : rig.results) {
        INFO(host.target.name);
        const bool seen = host.facts_json.find("outside") != std::string::npos;
        CHECK(seen == (host.target.name == "fine-0"));
        if (host.target.name != "closed-0") continue;
        // Not let in: what was seen from outside is told, and it is no verdict.
        CHECK(host.outcome == Outcome::unreachable);
        CHECK(host.findings.empty());
        REQUIRE(host.attempts.front().transport == "rdp");
        REQUIRE(host.attempts.front().notes.size() == 1);
        CHECK(host.attempts.front().notes[0].key == "OUT.RDP.tls_dropped");
        CHECK(host.attempts.back().transport == "fake");
    }
}

TEST_CASE("sweep: a route that names the look from outside is assessed by it", "[sweep][outside]") {
    Rig rig;
    FakeSource source;
    rig.services.outside = &source;
    rig.add("closed", 2);
    rig.add("dark", 1);
    for (auto& target : rig.targets)
        target.credential.clear();
    rig.targets[0].route = {"rdp"};
    rig.targets[1].route = {"fake", "rdp"};
    rig.targets[1].credential = "c";
    rig.targets[2].route = {"rdp"};
    rig.targets[2].tags["dark"] = "";
    REQUIRE(rig.run({}));
    CHECK(rig.totals.of(Outcome::assessed) == 2);
    CHECK(rig.totals.of(Outcome::unreachable) == 1);
    for (const auto& host : rig.results) {
        if (host.outcome != Outcome::assessed) continue;
        CHECK(host.findings.size() == outside_rules().size());
        for (const auto& finding : host.findings) {
            if (finding.rule == "OUT.RDP") CHECK(finding.verdict == Verdict::ok);
        }
    }
}
