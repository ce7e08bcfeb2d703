// What the first bytes of an RDP port mean: X.224, the beginning of TLS, the NTLM challenge.
#include "core/encoding.hpp"
#include "tests/support/catch.hpp"
#include "transports/rdp/credssp.hpp"
#include "transports/rdp/tls_hello.hpp"
#include "transports/rdp/x224.hpp"

using namespace rdpsweep;
using namespace rdpsweep::rdp;

namespace {

std::string hex(std::string_view digits) {
    return hex_decode(digits).value();
}

// MS-NLMP 4.2.4.3, the CHALLENGE_MESSAGE of the specification's example.
const auto specification_challenge =
    "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef000000000000000024002400440000"
    "00"
    "060070170000000f530065007200760065007200"
    "02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000";

} // namespace

TEST_CASE("x224: the request is what MS-RDPBCGR 2.2.1.1 says", "[rdp]") {
    const auto request = connection_request(every_tls_protocol);
    const std::string cookie = "Cookie: mstshash=rdpsweep\r\n";
    REQUIRE(request.size() == 19 + cookie.size());
    CHECK(request.substr(0, 4) == std::string("\x03\0\0", 3) + static_cast<char>(request.size()));
    CHECK(static_cast<std::size_t>(request[4]) == request.size() - 5);
    CHECK(hex_encode(request.substr(5, 6)) == "e00000000000");
    CHECK(request.substr(11, cookie.size()) == cookie);
    CHECK(hex_encode(request.substr(11 + cookie.size())) == "010008000b000000");
}

TEST_CASE("x224: answers of servers that were recorded", "[rdp]") {
    struct Row {
        const char* bytes;
        AnswerKind kind;
        std::optional<std::uint32_t> selected, failure;
    };

    const Row rows[] = {
        {"030000130ed000001234000201080001000000", AnswerKind::confirm, 1, {}}, // xrdp
        {"030000130ed000001234000203080002000000", AnswerKind::confirm, 2, {}}, // FreeRDP
        {"030000130ed00000123400021f080002000000", AnswerKind::confirm, 2, {}}, // as Windows
        {"030000130ed000001234000300080003000000", AnswerKind::confirm, {}, 3},
        {"030000130ed000001234000300080005000000", AnswerKind::confirm, {}, 5},
        {"0300000b06d00000123400", AnswerKind::confirm, 0, {}},
        {"0300000902f0802180", AnswerKind::disconnect, {}, {}},
        {"485454502f312e3120343030", AnswerKind::not_rdp, {}, {}}, // HTTP/1.1 400
        {"5353482d322e30", AnswerKind::not_rdp, {}, {}},           // SSH-2.0
        {"0301", AnswerKind::not_rdp, {}, {}},
        {"03000003", AnswerKind::not_rdp, {}, {}}, // shorter than its own header
        {"0300ffff", AnswerKind::not_rdp, {}, {}}, // longer than any Confirm
        {"", AnswerKind::more, {}, {}},
        {"03", AnswerKind::more, {}, {}},
        {"03000013", AnswerKind::more, {}, {}},
        {"030000130ed00000123400020108000100", AnswerKind::more, {}, {}},
    };
    for (const auto& row : rows) {
        INFO(row.bytes);
        const auto answer = read_answer(hex(row.bytes));
        CHECK(answer.kind == row.kind);
        CHECK(answer.selected == row.selected);
        CHECK(answer.failure == row.failure);
    }
    CHECK(read_answer(hex(rows[2].bytes)).flags == 0x1f);
}

TEST_CASE("tls_hello: an alert, a version and a foreign answer are told apart", "[rdp]") {
    const auto seen = [](std::string_view digits) {
        TlsHello hello;
        for (const char byte : hex(digits)) // a byte at a time
            hello.feed(std::string_view(&byte, 1));
        return hello;
    };
    CHECK(seen("15030300020246").alert() == 70);
    CHECK(seen("15030100020250").alert() == 80);
    CHECK_FALSE(seen("150303000202").alert());
    CHECK(seen("0300000902f0802180").foreign()); // a TPKT where TLS was agreed on
    CHECK_FALSE(seen("15030300020246").foreign());
    CHECK_FALSE(seen("").foreign());
    const std::string random(64, '0');
    // ServerHello 1.0, no session, no extensions.
    CHECK(seen("160301002a020000260301" + random + "00c01400").version() == "1.0");
    // 1.2 in the field, 1.3 in the extension supported_versions.
    const auto modern = "160303003002"
                        "00002c0303" +
                        random +
                        "00130200"
                        "0006002b00020304";
    CHECK(seen(modern).version() == "1.3");
    CHECK(seen("16030100").version().empty());
    CHECK(seen("15030300020246").version().empty());
}

TEST_CASE("tls_hello: counts everything and keeps little", "[rdp]") {
    TlsHello hello;
    for (int i = 0; i < 100; ++i)
        hello.feed(std::string(1000, '\x16'));
    CHECK(hello.received() == 100'000);
    CHECK(hello.first().size() == 16);
}

TEST_CASE("credssp: the specification's own challenge is read", "[rdp]") {
    // TSRequest around it, as a server sends it.
    const auto answer = "3081a0a003020106" + std::string("a18198") + specification_challenge;
    const auto facts = read_challenge(hex(answer));
    REQUIRE(facts);
    CHECK(facts->computer == "Server");
    CHECK(facts->domain == "Domain");
    CHECK(facts->build == 6000);
    CHECK(facts->utc == 0);
}

TEST_CASE("credssp: a challenge cut or bent anywhere is none, or a true part of it", "[rdp]") {
    const auto whole = hex(specification_challenge);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO(length);
        CHECK_FALSE(read_challenge(std::string_view(whole).substr(0, length)));
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto bent = whole;
        bent[at] = '\xff';
        const auto facts = read_challenge(bent);
        if (facts) CHECK(facts->computer.size() <= 512 * 3 / 2);
    }
}

TEST_CASE("credssp: the server's clock", "[rdp]") {
    auto message = hex(specification_challenge);
    message.resize(0x44); // up to its target information
    message += hex("0700080000803ed5deb19d01"
                   "00000000"); // 1970-01-01T00:00:00Z
    message[0x28] = message[0x2a] = 16;
    auto facts = read_challenge(message);
    REQUIRE(facts);
    CHECK(facts->utc == 0);
    message[message.size() - 5] = '\x02'; // later
    facts = read_challenge(message);
    REQUIRE(facts);
    CHECK(facts->utc > 1'000'000'000);
    message[message.size() - 5] = '\xff'; // beyond any date
    facts = read_challenge(message);
    REQUIRE(facts);
    CHECK(facts->utc == 0);
}

TEST_CASE("credssp: the request holds a bare NTLM negotiate message", "[rdp]") {
    const auto request = challenge_request();
    REQUIRE(request.size() == 57);
    CHECK(static_cast<unsigned char>(request[1]) == request.size() - 2);
    CHECK(request.substr(17, 8) == std::string("NTLMSSP\0", 8));
}
