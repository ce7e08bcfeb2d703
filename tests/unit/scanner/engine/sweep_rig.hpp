// A sweep whose transports do as the target's name says, and what came of it.
#pragma once

#include "core/arrival.hpp"
#include "core/text.hpp"
#include "scanner/engine/sweep.hpp"
#include "scanner/store/fleet.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>

namespace rdpsweep::sweep_test {

using namespace std::chrono_literals;

inline const Script script("test", "irrelevant", Script::Effect::read_only);

// What a VM says of itself, and what the disk of one that does not run tells.
inline const std::string alive = R"({"schema":"facts/1"})";
inline const std::string dead = R"({"schema":"facts/1","collector":{"path":"offline"},"svc":[],)"
                                R"("disk":{"stopped_utc":"2026-11-20T18:00:04Z"}})";

inline std::string frame(const std::string& nonce, const std::string& json) {
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
    int most_at_work = 0; // sessions that were open at once
    int most_at_once_before_run = 0;
    std::map<std::string, int> tries;
    std::vector<std::string> events;          // of sessions: "run", "close"
    std::vector<Clock::time_point> deadlines; // of the hosts, as they are opened
    ByteRules bytes;                          // of the sweep
    std::function<bool()> enough;             // lets the gluttons go
    int holding = 0;                          // hosts that hold more than their share
    int most_holding = 0;
    std::function<void()> on_close; // told of each session that is closed
    std::function<void()> on_hang;  // told of each host that begins to hang
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
        world_.most_at_work = std::max(world_.most_at_work, world_.opened - world_.closed);
        world_.events.emplace_back("run");
        if (kind_ == "full") co_return Error(Phase::run, Errc::throttled, "a quota");
        if (kind_ == "stall") {
            co_await deadline.sleep(1h);
            const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
            co_return Error(Phase::run, code, "stalled");
        }
        if (kind_ == "greedy" || kind_ == "glutton") {
            auto held = co_await hold(deadline);
            if (!held) co_return std::move(held).error();
        }
        CommandOutput output;
        if (kind_ == "mute") output.exit_code = 9009;
        if (kind_ != "mute")
            output.out =
                "banner\n" +
                frame(kind_ == "forged" ? "beef" : input.nonce(), kind_ == "dead" ? dead : alive);
        co_return output;
    }

    // A greedy host holds 100 KiB beyond its share for a moment; a glutton all that it may, until
    // the test has seen enough.
    Task<Status> hold(HostDeadline& deadline) {
        const bool for_good = kind_ == "glutton";
        const auto most = for_good ? world_.bytes.host : world_.bytes.share + (100u << 10);
        held_ = HeldBytes(deadline.bytes(), most);
        auto held = co_await held_.hold(most, deadline);
        if (!held) co_return held;
        world_.most_holding = std::max(world_.most_holding, ++world_.holding);
        bool goes_on = co_await deadline.sleep(1ms);
        while (for_good && goes_on && !world_.enough())
            goes_on = co_await deadline.sleep(1ms);
        --world_.holding;
        held_.settle(0);
        if (!for_good) co_return Status();
        co_return Error(Phase::run, Errc::timed_out, "it was cut off");
    }

    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    Task<void> close() noexcept override {
        ++world_.closed;
        if (world_.on_close) world_.on_close();
        world_.events.emplace_back("close");
        co_return;
    }

private:
    World& world_;
    std::string kind_;
    Attempt& attempt_;
    HeldBytes held_;
};

// Does as a library whose handler throws: what waits for it is destroyed, and never goes on.
inline Task<void> library_that_throws(asio::any_io_executor executor) {
    const auto begin = [](auto handler, const asio::any_io_executor& lane) {
        asio::post(lane, [kept = std::move(handler)]() -> void {
            throw std::length_error("a library's bug");
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        begin, asio::use_awaitable, executor
    );
}

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
        world_.deadlines.push_back(deadline.at());
        ++world_.tries[target.name];
        world_.most_open = std::max(world_.most_open, ++world_.open_now);
        if (world_.ran == 0) world_.most_at_once_before_run = world_.most_open;
        if (kind == "hang" && world_.on_hang) world_.on_hang();
        const bool slept = co_await deadline.sleep(kind == "hang" ? Clock::duration(1h) : 1ms);
        --world_.open_now;
        if (kind == "silent") co_return Error(Phase::connect, Errc::timed_out, "silence");
        if (kind == "boom") throw std::runtime_error("a bug");
        if (kind == "burst") {
            const auto lane = co_await asio::this_coro::executor;
            co_await library_that_throws(lane);
        }
        if (!slept) {
            const auto code = deadline.aborted() ? Errc::cancelled : Errc::timed_out;
            co_return Error(Phase::connect, code, "silence");
        }
        auto may_begin = co_await arrive(attempt);
        if (!may_begin) co_return std::move(may_begin).error();
        if (kind == "closed") co_return Error(Phase::connect, Errc::refused, "closed");
        if (kind == "away") co_return Error(Phase::open, Errc::throttled, "away").with_pause(1h);
        if (kind == "soon") co_return Error(Phase::open, Errc::throttled, "soon").with_pause(5ms);
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
    collect(const Target& target, HostDeadline& deadline, Attempt& attempt) override {
        ++looks;
        const auto allowed = co_await arrive(attempt);
        if (!allowed) co_return allowed.error();
        if (on_look) on_look(deadline);
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
    std::function<void(const HostDeadline&)> on_look;
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
        events.may_begin = may_begin;
        options.events = std::move(events);
        options.bytes = world.bytes;
        Sweep sweep(lane, targets, services, std::move(options));
        if (prepare) prepare(sweep);
        auto status = sweep.run();
        // Whatever hosts made us hold was let go.
        if (sweep.bytes().held() != 0 || sweep.bytes().drawn() != 0)
            throw std::logic_error("bytes of hosts are still accounted for");
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
    std::function<bool()> may_begin;
};

} // namespace rdpsweep::sweep_test
