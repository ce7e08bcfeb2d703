// Which further connections a look at RDP from outside makes, and what it makes of them: each
// connection is a script, and no network is there.
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/transports/memory_stream.hpp"
#include "tests/unit/transports/rdp/tls_server.hpp"
#include "transports/rdp/rdp_source.hpp"
#include "transports/rdp/x224.hpp"

using namespace rdpsweep;
using namespace rdpsweep::rdp;
using test::MemoryStream;
using test::tls_chosen;
using test::TlsServer;

namespace {

// What one connection comes to: an error of connecting, or what a server says to what it is told.
struct Scripted {
    std::optional<Errc> error = {};
    std::function<std::string(std::string)> answer = {};
    StreamEnd end = StreamEnd::closed;
};

Scripted fails(Errc code) {
    return {code};
}

Scripted speaks_tls() {
    auto server = std::make_shared<TlsServer>();
    return {{}, [server](const std::string& bytes) { return server->answer(bytes); }};
}

// Says one thing, whatever it is told, and goes away.
Scripted says(std::string text, StreamEnd end = StreamEnd::closed) {
    return {{}, [text](const std::string&) mutable { return std::exchange(text, ""); }, end};
}

Scripted negotiates(char kind, char number) {
    auto packet = tls_chosen;
    packet[11] = kind; // 2: RDP_NEG_RSP, 3: RDP_NEG_FAILURE
    packet[15] = number;
    return says(packet);
}

// Chooses TLS and goes away when TLS begins.
Scripted drops_tls(StreamEnd end) {
    return says(tls_chosen, end);
}

Scripted sends_alert(char description) {
    return says(tls_chosen + "\x15\x03\x03" + std::string("\0\x02\x02", 3) + description);
}

struct Looked {
    Result<HandshakeFacts> facts;
    std::vector<std::string> asked; // the first packet of each connection
};

// Looks at a host whose connections go as the script says; more than it has are a failure.
Looked look(std::vector<Scripted> script, bool matrix = false) {
    Target target;
    target.name = "vm-1";
    target.address = "10.0.0.4";
    target.rdp_thumbprint = "aa";
    Resolver resolver;
    Pacer pacer(1e6, 1e6);
    Services services{resolver, pacer, TrustPolicy()};
    services.rdp_matrix = matrix;
    std::vector<std::string> asked;
    std::size_t next = 0;
    auto connect = [&](const Target& to,
                       HostDeadline&,
                       Attempt&) -> Task<Result<std::unique_ptr<ByteStream>>> {
        REQUIRE(&to == &target);
        REQUIRE(next < script.size());
        const auto& one = script[next++];
        if (one.error) co_return Error(Phase::connect, *one.error, "scripted");
        const auto number = asked.size();
        asked.emplace_back();
        std::unique_ptr<ByteStream> stream = std::make_unique<MemoryStream>(
            [&asked, number, answer = one.answer](std::string bytes) {
                if (asked[number].empty()) asked[number] = bytes;
                return answer(std::move(bytes));
            },
            1'000'000,
            one.end
        );
        co_return std::move(stream);
    };
    auto profiles = TlsProfiles::make();
    REQUIRE(profiles);
    RdpSource source(services, *std::move(profiles), connect, Clock::duration::zero());
    Attempt attempt;
    auto facts = test::run_task([&](HostDeadline& deadline) {
        return source.collect(target, deadline, attempt);
    });
    CHECK(next == script.size());
    if (facts) {
        CHECK(attempt.bytes_sent >= facts->bytes_sent);
        CHECK(attempt.bytes_received >= facts->bytes_received);
    }
    return {std::move(facts), asked};
}

std::string versions_of(const HandshakeFacts& facts) {
    std::string all;
    for (const auto& [version, outcome] : facts.versions)
        all += (all.empty() ? "" : ", ") + version + " " + outcome;
    return all;
}

const std::string with_tls = connection_request(every_tls_protocol);
const std::string without_tls = connection_request(protocol_rdp);

} // namespace

TEST_CASE("rdp source: a server that answers well is asked once", "[rdp]") {
    const auto looked = look({speaks_tls()});
    REQUIRE(looked.facts);
    const auto& facts = *looked.facts;
    CHECK(facts.completed());
    CHECK(facts.tls_version == "1.2");
    CHECK(facts.from == "outside");
    CHECK(facts.asked_for == "vm-1");
    CHECK(facts.address == "10.0.0.4");
    CHECK(facts.expected_thumbprint == "aa");
    CHECK(facts.steps_ms.count("connect") == 1);
    CHECK(facts.versions.empty());
    CHECK_FALSE(facts.plain_rdp);
    CHECK_FALSE(facts.without_tls13);
    CHECK(looked.asked == std::vector<std::string>{with_tls});
}

TEST_CASE("rdp source: with the matrix, one more for each version that it did not show", "[rdp]") {
    const auto looked = look({speaks_tls(), speaks_tls(), speaks_tls(), speaks_tls()}, true);
    REQUIRE(looked.facts);
    CHECK(looked.facts->tls_version == "1.2");
    CHECK(versions_of(*looked.facts) == "1.0 alert 70, 1.1 alert 70, 1.2 ok, 1.3 alert 70");
    CHECK(looked.asked == std::vector<std::string>(4, with_tls));
}

TEST_CASE("rdp source: with the matrix, no version of a server without TLS is tried", "[rdp]") {
    const auto looked = look({negotiates(2, 0)}, true);
    REQUIRE(looked.facts);
    CHECK(looked.facts->completed());
    CHECK(looked.facts->versions.empty());
}

TEST_CASE("rdp source: a port that refuses or hangs up is a fact", "[rdp]") {
    const auto refused = look({fails(Errc::refused)});
    REQUIRE(refused.facts);
    CHECK(refused.facts->stage == "connect");
    CHECK(refused.facts->failure == "refused");
    CHECK(refused.facts->from == "outside");
    const auto closed = look({fails(Errc::peer_closed)});
    REQUIRE(closed.facts);
    CHECK(closed.facts->stage == "x224");
    CHECK(closed.facts->failure == "reset");
}

TEST_CASE("rdp source: what says nothing of RDP is an error", "[rdp]") {
    for (const auto code :
         {Errc::timed_out,
          Errc::unreachable,
          Errc::name_not_found,
          Errc::local_limit,
          Errc::cancelled}) {
        const auto looked = look({fails(code)});
        REQUIRE_FALSE(looked.facts);
        CHECK(looked.facts.error().code() == code);
    }
}

TEST_CASE("rdp source: without TLS it asks where TLS is not to be had", "[rdp]") {
    const std::string http = "HTTP/1.1 400 Bad Request\r\n\r\n";
    const std::vector<std::string> both{with_tls, without_tls};
    const auto old = look({says(http), negotiates(2, 0)});
    REQUIRE(old.facts);
    CHECK(old.facts->failure == "not_rdp");
    CHECK(old.facts->plain_rdp == true);
    CHECK(old.asked == both);
    const auto other = look({says(http), says(http)});
    CHECK(other.facts->plain_rdp == false);
    CHECK(other.asked == both);
    const auto unknown = look({says(http), fails(Errc::timed_out)});
    CHECK_FALSE(unknown.facts->plain_rdp);
    const auto bare = look({negotiates(3, 3), negotiates(2, 0)}); // SSL_CERT_NOT_ON_SERVER
    CHECK(bare.facts->failure_code == 3u);
    CHECK(bare.facts->plain_rdp == true);
    CHECK(bare.asked == both);
    for (const char code : {'\1', '\2', '\4', '\5', '\6'}) {
        const auto failed = look({negotiates(3, code)});
        CHECK(failed.facts->failure_code == static_cast<std::uint32_t>(code));
        CHECK_FALSE(failed.facts->plain_rdp);
    }
}

TEST_CASE("rdp source: a server that drops TLS is tried without 1.3", "[rdp]") {
    const auto reset = [] { return drops_tls(StreamEnd::reset); };
    SECTION("which was the reason") {
        const auto looked = look({reset(), speaks_tls(), reset()});
        CHECK(looked.facts->completed());
        CHECK(looked.facts->without_tls13);
        CHECK(versions_of(*looked.facts) == "1.3 reset");
        CHECK(looked.facts->from == "outside");
    }
    SECTION("and with it again: it was bad luck") {
        const auto looked = look({drops_tls(StreamEnd::closed), speaks_tls(), speaks_tls()});
        CHECK(looked.facts->completed());
        CHECK_FALSE(looked.facts->without_tls13);
        CHECK(looked.facts->versions.empty());
    }
    SECTION("in vain: then each version alone") {
        const auto looked = look({reset(), reset(), reset(), reset(), reset(), reset()});
        CHECK_FALSE(looked.facts->completed());
        CHECK(looked.facts->failure == "reset");
        CHECK_FALSE(looked.facts->without_tls13);
        CHECK(versions_of(*looked.facts) == "1.0 reset, 1.1 reset, 1.2 reset, 1.3 reset");
    }
}

TEST_CASE("rdp source: an alert is followed up by each version alone", "[rdp]") {
    const auto looked = look(
        {sends_alert(40),
         sends_alert(40), // without 1.3: it went away as well
         sends_alert(70),
         drops_tls(StreamEnd::closed),
         speaks_tls(),
         fails(Errc::refused)}
    );
    REQUIRE(looked.facts);
    CHECK(looked.facts->alert == 40u);
    CHECK(versions_of(*looked.facts) == "1.0 alert 70, 1.1 closed, 1.2 ok, 1.3 refused");
}

TEST_CASE("rdp source: a port that is silent is not tried again", "[rdp]") {
    const auto looked = look({drops_tls(StreamEnd::timed_out)});
    REQUIRE(looked.facts);
    CHECK(looked.facts->stage == "tls");
    CHECK(looked.facts->failure == "timeout");
    CHECK(looked.facts->versions.empty());
    const auto mute = look({says("", StreamEnd::timed_out)}, true);
    CHECK(mute.facts->stage == "x224");
    CHECK(mute.facts->failure == "timeout");
}

TEST_CASE("rdp source: a host whose time is over says nothing", "[rdp]") {
    Target target;
    Resolver resolver;
    Pacer pacer(1e6, 1e6);
    Services services{resolver, pacer, TrustPolicy()};
    auto connect = [](const Target&,
                      HostDeadline& deadline,
                      Attempt&) -> Task<Result<std::unique_ptr<ByteStream>>> {
        deadline.abort();
        std::unique_ptr<ByteStream> stream = std::make_unique<MemoryStream>(
            [](const std::string&) { return tls_chosen; }, 1'000'000, StreamEnd::closed
        );
        co_return std::move(stream);
    };
    auto profiles = TlsProfiles::make();
    RdpSource source(services, *std::move(profiles), connect, Clock::duration::zero());
    Attempt attempt;
    const auto facts = test::run_task([&](HostDeadline& deadline) {
        return source.collect(target, deadline, attempt);
    });
    REQUIRE_FALSE(facts);
    CHECK(facts.error().code() == Errc::cancelled);
    CHECK(facts.error().phase() == Phase::tls);
}
