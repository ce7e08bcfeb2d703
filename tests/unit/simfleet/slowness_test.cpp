// Fleets that are slow on purpose: what is asked for is what each VM gets.
#include "tests/simfleet/fleet.hpp"
#include "tests/simfleet/options.hpp"
#include "tests/simfleet/winrm/peer_stream.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/write.hpp>

#include <array>

using namespace simfleet;
using namespace std::chrono_literals;
namespace asio = rdpsweep::asio;
using asio::ip::tcp;
using rdpsweep::Clock;

namespace {

// Two ends of a connection over loopback; ours is the VM's.
struct Line {
    asio::io_context io{1};
    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    tcp::socket client{io};
    tcp::socket server{io};

    Line() {
        client.connect(acceptor.local_endpoint());
        acceptor.accept(server);
    }

    void say(std::string_view text) { asio::write(client, asio::buffer(text)); }
};

rdpsweep::Task<void> read(PeerStream& stream, std::string& into) {
    const bool came = co_await stream.read(into);
    CHECK(came);
}

rdpsweep::Task<void> write(PeerStream& stream) {
    const bool sent = co_await stream.write("answer");
    CHECK(sent);
}

// Returns how long it takes.
Clock::duration run(Line& line, rdpsweep::Task<void> task) {
    const auto begun = Clock::now();
    asio::co_spawn(line.io, std::move(task), asio::detached);
    line.io.run();
    line.io.restart();
    return Clock::now() - begun;
}

} // namespace

TEST_CASE("simfleet slowness: a VM is as slow as its fleet, beside its profile", "[simfleet]") {
    Fleet fleet(1, 1, "one:wire_latency", 1'790'000'000);
    Slowness slowness;
    slowness.round_trip = 80ms;
    slowness.shell = 300ms;
    slowness.command = 100ms;
    slowness.output = 2000ms;
    fleet.slow_down(slowness);
    const auto& wire = fleet.at(0).wire;
    CHECK(wire.latency == 180ms);
    CHECK(wire.powershell_start == 2900ms);
    CHECK(wire.slowness.round_trip == 80ms);
    CHECK(wire.slowness.shell == 300ms);
    CHECK(wire.slowness.command == 100ms);
}

TEST_CASE("simfleet slowness: the command line says it in milliseconds", "[simfleet]") {
    int exit_code = 0;
    const std::array words{
        "rdpsweep-simfleet", "--state-dir", "d", "--rtt-ms", "80", "--powershell-ms", "1,2,3"};
    const auto options = parse_options(static_cast<int>(words.size()), words.data(), exit_code);
    REQUIRE(options);
    CHECK(options->slowness.round_trip == 80ms);
    CHECK(options->slowness.shell == 1ms);
    CHECK(options->slowness.command == 2ms);
    CHECK(options->slowness.output == 3ms);
    const auto none = parse_options(3, words.data(), exit_code);
    REQUIRE(none);
    CHECK(none->slowness.round_trip == 0ms);
    CHECK(none->slowness.output == 0ms);
}

TEST_CASE("simfleet slowness: a connection and every turn cost a round trip", "[simfleet]") {
    Turns turns(80ms);
    CHECK(turns.heard() == 160ms);
    CHECK(turns.heard() == 0ms); // the rest of the same words
    turns.said();
    turns.said();
    CHECK(turns.heard() == 80ms);
    CHECK(turns.heard() == 0ms);
}

TEST_CASE("simfleet slowness: what a stream reads comes as late", "[simfleet]") {
    Line line;
    PeerStream stream(std::move(line.server), nullptr, 10ms);
    std::string heard;
    line.say("hello");
    CHECK(run(line, read(stream, heard)) >= 20ms);
    run(line, write(stream));
    line.say("again");
    CHECK(run(line, read(stream, heard)) >= 10ms);
    CHECK(heard == "helloagain");
}
