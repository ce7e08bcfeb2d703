// A whole handshake over a stream that is no socket, against OpenSSL's server; each step made to
// fail.
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/transports/memory_stream.hpp"
#include "tests/unit/transports/rdp/tls_server.hpp"
#include "transports/rdp/handshake.hpp"
#include "transports/rdp/rdp_source.hpp"
#include "transports/rdp/x224.hpp"

using namespace rdpsweep;
using namespace rdpsweep::rdp;
using test::MemoryStream;
using test::tls_chosen;
using test::TlsServer;

namespace {

const TlsProfiles& profiles() {
    static const auto made = TlsProfiles::make();
    REQUIRE(made);
    return *made;
}

HandshakeFacts shake(ByteStream& stream) {
    const Offer offer{every_tls_protocol, profiles().every.get(), true};
    return test::run_task(
               [&](HostDeadline&) -> Task<std::vector<HandshakeFacts>> {
                   auto facts = co_await shake_hands(stream, offer);
                   std::vector<HandshakeFacts> one;
                   one.push_back(std::move(facts));
                   co_return one;
               }
    ).front();
}

HandshakeFacts shake_with(std::string answer, StreamEnd end) {
    MemoryStream stream(
        [&](const std::string&) { return std::exchange(answer, ""); }, 1'000'000, end
    );
    return shake(stream);
}

} // namespace

TEST_CASE("handshake: completes over any stream of bytes", "[rdp]") {
    TlsServer server;
    MemoryStream stream(
        [&](const std::string& bytes) { return server.answer(bytes); },
        1'000'000,
        StreamEnd::timed_out
    );
    const auto facts = shake(stream);
    CHECK(facts.stage == "done");
    CHECK(facts.failure.empty());
    CHECK(facts.selected_protocol == 1u);
    CHECK(facts.tls_version == "1.2"); // the highest that build 17763 has
    CHECK(facts.peer_thumbprint.size() == 40);
    CHECK_FALSE(facts.certificate_der.empty());
    CHECK(facts.bytes_received == stream.given());
    CHECK(facts.bytes_sent > 300);
}

TEST_CASE("handshake: a server that goes away after any byte is told as it went", "[rdp]") {
    const std::pair<StreamEnd, const char*> ends[] = {
        {StreamEnd::reset, "reset"},
        {StreamEnd::closed, "closed"},
        {StreamEnd::timed_out, "timeout"}};
    std::size_t cut = 0;
    for (bool completed = false; !completed; ++cut) {
        INFO(cut);
        TlsServer server;
        const auto& [end, word] = ends[cut % 3];
        MemoryStream stream(
            [&](const std::string& bytes) { return server.answer(bytes); }, cut, end
        );
        const auto facts = shake(stream);
        completed = facts.completed();
        if (completed) break;
        CHECK(facts.stage == (cut < tls_chosen.size() ? "x224" : "tls"));
        CHECK(facts.failure == word);
        CHECK(facts.bytes_received == cut);
        if (cut > 100) cut += 37; // the long flight of TLS 1.3: not every byte of it
    }
    CHECK(cut > 1000); // it was the whole of the server's flight
}

TEST_CASE("handshake: each answer that is no RDP, or no TLS, is told apart", "[rdp]") {
    const auto http = shake_with("HTTP/1.1 400 Bad Request\r\n\r\n", StreamEnd::closed);
    CHECK(http.stage == "x224");
    CHECK(http.failure == "not_rdp");
    CHECK(http.first_bytes.starts_with("48545450"));

    const auto hung_up =
        shake_with(std::string("\x03\0\0\x09\x02\xf0\x80\x21\x80", 9), StreamEnd::closed);
    CHECK(hung_up.stage == "x224");
    CHECK(hung_up.failure == "closed");

    for (char code = 1; code <= 6; ++code) {
        auto packet = tls_chosen;
        packet[11] = '\x03';
        packet[15] = code;
        const auto failed = shake_with(packet, StreamEnd::closed);
        CHECK(failed.stage == "x224");
        CHECK(failed.failure_code == static_cast<std::uint32_t>(code));
        CHECK(failed.failure.empty());
    }

    auto plain = tls_chosen;
    plain[15] = 0;
    const auto standard = shake_with(plain, StreamEnd::closed);
    CHECK(standard.completed());
    CHECK(standard.tls_version.empty());

    // What xrdp does when its key does not fit its certificate.
    const auto tpkt = shake_with(
        tls_chosen + std::string("\x03\0\0\x09\x02\xf0\x80\x21\x80", 9), StreamEnd::closed
    );
    CHECK(tpkt.stage == "tls");
    CHECK(tpkt.failure == "not_tls");

    const auto alert = shake_with(
        tls_chosen + "\x15\x03\x03" + std::string("\0\x02\x02\x28", 4), StreamEnd::closed
    );
    CHECK(alert.stage == "tls");
    CHECK(alert.alert == 40u);

    const auto record = shake_with(
        tls_chosen + "\x16\x03\x03" + std::string("\0\x04\xff\0\0\0", 6), StreamEnd::closed
    );
    CHECK(record.stage == "tls");
    CHECK(record.failure == "tls_error");
}

TEST_CASE("handshake: an answer without end is ended", "[rdp]") {
    bool confirmed = false;
    // Records of a ServerHello that says it has 16 MB.
    std::string hello = std::string("\x16\x03\x03\x40\0\x02\xff\xff\xff", 9);
    hello += std::string(0x4000 - 4, 'x');
    std::string flood;
    for (int i = 0; i < 64; ++i)
        flood += hello;
    MemoryStream stream(
        [&](const std::string&) { return std::exchange(confirmed, true) ? flood : tls_chosen; },
        100'000'000,
        StreamEnd::timed_out
    );
    const auto facts = shake(stream);
    CHECK(facts.stage == "tls");
    CHECK(facts.bytes_received < 300'000);
}

TEST_CASE("version_outcome: one word for each way a version ends", "[rdp]") {
    HandshakeFacts facts;
    facts.stage = "done";
    facts.tls_version = "1.2";
    CHECK(version_outcome(facts, "1.2") == "ok");
    facts.stage = "tls";
    facts.failure = "reset";
    facts.tls_version = "1.0";
    CHECK(version_outcome(facts, "1.2") == "older");
    facts.tls_version.clear();
    CHECK(version_outcome(facts, "1.2") == "reset");
    facts.alert = 70;
    CHECK(version_outcome(facts, "1.2") == "alert 70");
}

TEST_CASE("handshake: a protocol nobody asked for ends it", "[rdp]") {
    for (const char protocol : {'\x04', '\x10', '\x03'}) {
        std::string answer = tls_chosen;
        answer[15] = protocol;
        const auto facts = shake_with(answer, StreamEnd::timed_out);
        CHECK(facts.stage == "x224");
        CHECK(facts.failure == "not_asked");
        CHECK(facts.selected_protocol == static_cast<std::uint32_t>(protocol));
    }
}
