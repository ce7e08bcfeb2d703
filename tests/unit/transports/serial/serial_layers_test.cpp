// The serial console's layers with their neighbours scripted: Azure's answers, and a SAC in memory
// whose line breaks at every key in turn.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/fleet.hpp"
#include "tests/simfleet/serial/sac_machine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/scripted_rest.hpp"
#include "transports/azure/dial_by_proxy.hpp"
#include "transports/azure/token_cache.hpp"
#include "transports/serial/arm_console.hpp"
#include "transports/serial/logon.hpp"
#include "transports/serial/sac_mux.hpp"
#include "transports/serial/shell_link.hpp"

#include <array>
#include <cstdlib>
#include <optional>

using namespace rdpsweep;
using namespace rdpsweep::serial;
using namespace std::chrono_literals;
using rdpsweep::test::run_task;

namespace {

const std::string vm =
    "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web";

class OneToken final : public azure::TokenSource {
public:
    [[nodiscard]] std::string describe() const override { return "a test"; }

    Task<Result<azure::AccessToken>> fetch(HostDeadline&) override {
        co_return azure::parse_token(R"({"access_token":"the-token","expires_in":3600})", 0);
    }
};

struct Plane {
    azure::ScriptedRest rest;
    azure::TokenCache tokens{std::make_unique<OneToken>(), [] { return std::int64_t{0}; }};
    azure::Arm arm{rest, tokens, *azure::find_cloud("AzureCloud")};
    ArmConsole console{arm};

    void say(unsigned status, std::string body) {
        rest.answers.emplace_back(azure::answer_of(status, std::move(body)));
    }
};

const std::string on = R"({"properties":{"disabled":false}})";

std::string machine(const char* power, bool diagnostics) {
    return std::string(R"({"properties":{"diagnosticsProfile":{"bootDiagnostics":{"enabled":)") +
           (diagnostics ? "true" : "false") +
           R"(}},"instanceView":{"statuses":[{"code":"PowerState/)" + power +
           R"(","time":"2026-11-26T01:00:00Z"}]}}})";
}

template <class T>
std::string outcome(const Result<T>& result) {
    if (result) return "ok";
    const auto native = std::string(result.error().native());
    return native.substr(0, native.find(','));
}

// A simulated SAC without a network; the line is cut at key frame number cut.
class MemoryPipe final : public Pipe {
public:
    MemoryPipe(simfleet::SacMachine& machine, std::size_t cut)
        : machine_(machine), cut_(cut), past_(machine.past()) {}

    Task<Status> send(std::string keys, HostDeadline&) override {
        if (sent == cut_) lost_ = true;
        if (lost_) co_return gone();
        ++sent;
        machine_.input(keys, Clock::now());
        co_return Status();
    }

    Task<Result<std::string>> receive(Clock::duration limit, HostDeadline& deadline) override {
        if (lost_) co_return gone();
        const auto end = Clock::now() + limit;
        for (;;) {
            auto bytes = std::exchange(past_, {}) + machine_.output(Clock::now());
            if (!bytes.empty() || Clock::now() >= end || deadline.expired()) co_return bytes;
            const bool slept = co_await deadline.sleep(5ms);
            (void)slept;
        }
    }

    Task<void> close(HostDeadline&) override { co_return; }

    std::size_t sent = 0;

private:
    static Error gone() { return console_error(ConsoleOutcome::session_preempted); }

    simfleet::SacMachine& machine_;
    std::size_t cut_;
    std::string past_;
    bool lost_ = false;
};

struct Rig {
    simfleet::Fleet fleet{1, 1, "healthy"};
    simfleet::Stats stats{1};
    simfleet::ConsoleAccount account{"SIM", "sweeper", "passwwword"};
    simfleet::ConsoleScene scene;
    std::optional<simfleet::SacMachine> machine;

    explicit Rig(const char* name) {
        scene = *simfleet::find_scene(name);
        scene.profile = 0ms;
        scene.eaten = 0ms;
        machine.emplace(
            simfleet::ChannelSetting{fleet.at(0), scene, stats, account, nullptr}, 5, Clock::now()
        );
    }
};

// From arrival to a shell that takes keys, and away again.
Task<Result<std::size_t>>
there_and_back(Terminal& terminal, SacMux& mux, const MemoryPipe& pipe, HostDeadline& deadline) {
    auto arrived = co_await mux.arrive(0, deadline);
    if (!arrived) co_return std::move(arrived).error();
    auto opened = co_await mux.open_channel(deadline);
    if (!opened) co_return std::move(opened).error();
    auto entered = co_await mux.enter(deadline);
    if (!entered) co_return std::move(entered).error();
    const Account account{"SIM", "sweeper"};
    auto logged_on = co_await log_on(terminal, account, "passwwword", deadline);
    if (!logged_on) co_return std::move(logged_on).error();
    ShellLink shell(terminal);
    auto settled = co_await shell.settle(deadline);
    if (!settled) co_return std::move(settled).error();
    auto left = co_await shell.exit(deadline);
    if (!left) co_return std::move(left).error();
    const bool gone = co_await mux.leave(deadline);
    if (!gone) co_return console_error(ConsoleOutcome::channel_leaked);
    co_return pipe.sent;
}

} // namespace

TEST_CASE("arm console: what Azure says of a VM, before anything is opened", "[serial]") {
    struct Case {
        unsigned switch_status;
        std::string switch_body;
        std::string machine_body;
        std::string wanted;
    };

    const Case cases[] = {
        {200, on, machine("running", true), "ok"},
        {200, R"({"properties":{"disabled":true}})", "", "console_disabled"},
        {403, "", machine("running", true), "ok"}, // may not ask: connect itself will tell
        {404, R"({"code":"NotFound","message":"no"})", machine("running", true), "ok"},
        {200, on, machine("deallocated", true), "vm_not_running"},
        {200, on, machine("running", false), "bootdiag_disabled"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.wanted, one.switch_status);
        Plane plane;
        plane.say(one.switch_status, one.switch_body);
        if (!one.machine_body.empty()) plane.say(200, one.machine_body);
        const auto seen = run_task([&](HostDeadline& deadline) -> Task<Result<ConsoleState>> {
            auto state = co_await plane.console.inspect(vm, deadline);
            co_return state;
        });
        CHECK(outcome(seen) == one.wanted);
        if (seen) CHECK(seen->booted == from_iso8601("2026-11-26T01:00:00Z"));
    }
}

TEST_CASE("arm console: connect is one POST, and its token is for the gateway", "[serial]") {
    Plane plane;
    plane.say(200, R"({"connectionString":"wss://a.gateway.serialconsole.azure.com/n/1/client"})");
    const auto gateway = run_task([&](HostDeadline& deadline) -> Task<Result<Gateway>> {
        auto opened = co_await plane.console.connect(vm, false, deadline);
        co_return opened;
    });
    REQUIRE(gateway);
    CHECK(gateway->path == "/n/1/client");
    REQUIRE(plane.rest.asked.size() == 1);
    CHECK(plane.rest.asked[0].method == "POST");
    CHECK(plane.rest.asked[0].body.empty());
    CHECK_FALSE(plane.rest.asked[0].repeatable); // it ends somebody's session
    CHECK(plane.rest.header(0, "Content-Type") == "application/json");
    CHECK(
        plane.rest.asked[0].url.find("/serialPorts/0/connect?api-version=2018-05-01") !=
        std::string::npos
    );
    CHECK(plane.rest.asked[0].url.find("the-token") == std::string::npos);
    // Whether somebody is there, also where we may not ask.
    for (const auto& [status, body, used] :
         {std::tuple{200u, R"({"properties":{"connectionState":"active"}})", true},
          std::tuple{200u, R"({"properties":{"connectionState":"inactive"}})", false},
          std::tuple{403u, "{}", false}}) {
        Plane other;
        other.say(status, body);
        const auto told = run_task([&](HostDeadline& deadline) -> Task<Result<bool>> {
            auto in_use = co_await other.console.in_use(vm, deadline);
            co_return in_use;
        });
        REQUIRE(told);
        CHECK(*told == used);
    }
}

TEST_CASE("sac: from arrival to a shell and away, whatever the painter", "[serial]") {
    for (const auto* scene : {"happy-stream", "happy-drop"}) {
        CAPTURE(scene);
        Rig rig(scene);
        Attempt attempt;
        const auto sent = run_task(
            [&](HostDeadline& deadline) -> Task<Result<std::size_t>> {
                auto pipe = std::make_unique<MemoryPipe>(*rig.machine, 10'000);
                const auto& same = *pipe;
                Terminal terminal(std::move(pipe), attempt);
                SacMux mux(terminal);
                auto done = co_await there_and_back(terminal, mux, same, deadline);
                co_return done;
            },
            60s
        );
        REQUIRE(outcome(sent) == "ok");
        CHECK(rig.machine->left_open() == 0);
        CHECK(rig.stats.violations() == 0);
    }
}

TEST_CASE("sac: the line is cut at every key in turn", "[serial]") {
    // Each run is a visit in real time up to its cut, so that they go side by side on one lane.
    asio::io_context lane(1);
    HostDeadline deadline(lane.get_executor(), Clock::now() + 60s);
    constexpr std::size_t most = 40;
    std::vector<std::unique_ptr<Rig>> rigs;
    std::vector<std::string> outcomes(most);
    std::array<bool, most> known{}; // that something of ours may be open
    std::size_t done = 0;
    for (std::size_t cut = 0; cut < most; ++cut) {
        rigs.push_back(std::make_unique<Rig>("happy-stream"));
        const auto visit = [&, cut]() -> Task<void> {
            Attempt attempt;
            auto pipe = std::make_unique<MemoryPipe>(*rigs[cut]->machine, cut);
            const auto& same = *pipe;
            Terminal terminal(std::move(pipe), attempt);
            SacMux mux(terminal);
            auto result = co_await there_and_back(terminal, mux, same, deadline);
            outcomes[cut] = outcome(result);
            known[cut] = !mux.channel().empty() || mux.may_have_opened();
            if (++done == most) deadline.abort();
        };
        asio::co_spawn(lane, visit, asio::detached);
    }
    lane.run();
    std::size_t cuts = 0;
    for (std::size_t cut = 0; cut < most; ++cut) {
        CAPTURE(cut);
        const bool named = outcomes[cut] == "session_preempted" ||
                           outcomes[cut] == "channel_leaked" || outcomes[cut] == "ok";
        CHECK(named);
        CHECK((rigs[cut]->machine->left_open() == 0 || known[cut])); // none is left in silence
        if (outcomes[cut] != "ok") ++cuts;
        CHECK(rigs[cut]->stats.violations() == 0);
    }
    CHECK(cuts >= 25);
}

namespace {

// A proxy on loopback that answers one CONNECT; what it was asked is kept.
Task<void> answer_once(asio::ip::tcp::acceptor& acceptor, std::string answer, std::string& asked) {
    boost::system::error_code code;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, code));
    std::array<char, 512> buffer{};
    while (!code && asked.find("\r\n\r\n") == std::string::npos) {
        const auto into = asio::buffer(buffer);
        const auto count =
            co_await socket.async_read_some(into, asio::redirect_error(asio::use_awaitable, code));
        asked.append(buffer.data(), count);
    }
    const auto out = asio::buffer(answer);
    co_await socket.async_write_some(out, asio::redirect_error(asio::use_awaitable, code));
}

struct ProxyTry {
    std::string asked;
    std::string outcome; // "ok", or phase and native code
};

ProxyTry by_proxy(const std::string& answer) {
    asio::io_context lane(1);
    asio::ip::tcp::acceptor acceptor(lane, {asio::ip::address_v4::loopback(), 0});
    const auto where = "user:w%40rd@127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    setenv("HTTPS_PROXY", ("http://" + where).c_str(), 1);
    ProxyTry tried;
    {
        Resolver resolver;
        Pacer pacer(100, 10);
        Services services{resolver, pacer, TrustPolicy{}};
        HostDeadline deadline(lane.get_executor(), Clock::now() + 10s);
        const auto visit = [&]() -> Task<void> {
            Attempt attempt;
            net::Endpoint gateway{"gw.example", 443};
            auto socket = co_await azure::dial_by_proxy(gateway, services, deadline, attempt);
            tried.outcome = "ok";
            if (!socket) tried.outcome = std::string(socket.error().native());
            deadline.abort();
        };
        asio::co_spawn(lane, answer_once(acceptor, answer, tried.asked), asio::detached);
        asio::co_spawn(lane, visit, asio::detached);
        lane.run();
    }
    unsetenv("HTTPS_PROXY");
    return tried;
}

} // namespace

TEST_CASE("dial by proxy: by the proxy of the environment, and what it says", "[serial]") {
    const auto good = by_proxy("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n");
    CHECK(good.outcome == "ok");
    CHECK(good.asked.starts_with("CONNECT gw.example:443 HTTP/1.1\r\nHost: gw.example:443\r\n"));
    CHECK(
        good.asked.find("Proxy-Authorization: Basic " + base64_encode("user:w@rd")) !=
        std::string::npos
    );
    CHECK(by_proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").outcome == "HTTP 407");
    CHECK(by_proxy("").outcome == "End of file");
    CHECK(by_proxy(std::string(20'000, 'x')).outcome != "ok");
}

TEST_CASE(
    "logon: a doubled key is typed again only when a slow line would have shown it", "[serial]"
) {
    CHECK(doubled_patience(0, 0ms) == 700ms);
    CHECK(doubled_patience(1, 0ms) == 1400ms);
    CHECK(doubled_patience(0, 233ms) == 700ms);
    CHECK(doubled_patience(0, 1s) == 3s);
    CHECK(doubled_patience(2, 1s) == 9s);
    CHECK(doubled_patience(4, 2s) == 15s); // as long as the dialog itself is waited for
}
