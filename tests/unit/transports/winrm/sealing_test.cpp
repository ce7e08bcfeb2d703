// multipart/encrypted: the bytes of MS-WSMV 2.2.9.1, what other peers send, and what nobody should.
#include "tests/support/catch.hpp"
#include "transports/winrm/sealing.hpp"

#include <string>

using namespace rdpsweep;
using namespace rdpsweep::winrm;

namespace {

const std::string type =
    "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";"
    "boundary=\"Encrypted Boundary\"";

// One half-and-half part as WinRM writes it, without the boundary behind it.
std::string part(const std::string& header, const std::string& data, std::size_t length) {
    return "--Encrypted Boundary\r\n"
           "\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
           "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=" +
           std::to_string(length) +
           "\r\n"
           "--Encrypted Boundary\r\n"
           "\tContent-Type: application/octet-stream\r\n" +
           std::string{static_cast<char>(header.size()), 0, 0, 0} + header + data;
}

const std::string last = "--Encrypted Boundary--\r\n";

} // namespace

TEST_CASE("sealing: a request is written as the specification lays it out", "[winrm][sealing]") {
    const SealedMessage message{"0123456789abcdef", std::string("cipher\0text", 11)};
    CHECK(sealed_body(message) == part(message.header, message.data, 11) + last);
    CHECK(sealed_content_type() == type);
}

TEST_CASE("sealing: an answer is taken apart by its lengths", "[winrm][sealing]") {
    const auto body = part("0123456789abcdef", "secret", 6) + last; // the parts look into it
    const auto parts = read_sealed(type, body);
    REQUIRE(parts);
    REQUIRE(parts->size() == 1);
    CHECK(parts->front().header == "0123456789abcdef");
    CHECK(parts->front().data == "secret");

    SECTION("cipher text may look like a boundary") {
        const std::string cipher = "x--Encrypted Boundary--\r\ny--Encrypted Boundary\r\n";
        const auto disguised = part("sig", cipher, cipher.size()) + last;
        const auto tricky = read_sealed(type, disguised);
        REQUIRE(tricky);
        CHECK(tricky->front().data == cipher);
    }
    SECTION("padding that the length leaves out belongs to the cipher text") {
        const auto with_padding = part("sig", "secret\x01", 6) + last;
        const auto padded = read_sealed(type, with_padding);
        REQUIRE(padded);
        CHECK(padded->front().data == "secret\x01");
        CHECK_FALSE(read_sealed(type, part("sig", "secret" + std::string(17, 'p'), 6) + last));
    }
}

TEST_CASE("sealing: what other servers do is understood", "[winrm][sealing]") {
    const auto plain = part("sig", "one", 3);
    // Without the hyphens at the end, as python3-winrm's own tests have it.
    CHECK(read_sealed(type, plain + "--Encrypted Boundary\r\n"));
    CHECK(read_sealed(type, plain + "--Encrypted Boundary--"));
    // Exchange puts a blank behind the hyphens and sends several messages.
    auto spaced = plain;
    for (std::size_t at = 0; (at = spaced.find("--Enc", at)) != std::string::npos; at += 6)
        spaced.insert(at + 2, " ");
    const auto several = spaced + part("sig", "two", 3) + last;
    const auto two = read_sealed(type, several);
    REQUIRE(two);
    REQUIRE(two->size() == 2);
    CHECK(two->back().data == "two");
    // A recorded header of Microsoft-HTTPAPI/2.0, and one in other letters.
    CHECK(read_sealed(type, plain + last));
    CHECK(read_sealed(
        "Multipart/Encrypted; boundary=\"Encrypted Boundary\"; "
        "protocol=\"application/HTTP-SPNEGO-session-encrypted\"",
        plain + last
    ));
}

TEST_CASE("sealing: an answer in clear is refused, whatever it says", "[winrm][sealing]") {
    for (const auto* clear :
         {"application/soap+xml;charset=UTF-8",
          "",
          "text/html",
          "multipart/encrypted",
          "multipart/encrypted;protocol=\"application/HTTP-CredSSP-session-encrypted\"",
          "text/plain;x=\"multipart/encrypted\";protocol="
          "\"application/HTTP-SPNEGO-session-encrypted\""}) {
        INFO(clear);
        const auto read = read_sealed(clear, part("sig", "one", 3) + last);
        REQUIRE_FALSE(read);
        CHECK(read.error().code() == Errc::protocol_violation);
        CHECK(read.error().phase() == Phase::authenticate);
        CHECK_FALSE(read.error().retryable());
    }
}

TEST_CASE("sealing: no beginning of an answer is taken for a whole one", "[winrm][sealing]") {
    const auto whole = part("0123456789abcdef", "secret", 6) + last;
    const auto shortest = whole.size() - 4; // "--" and the line break may be missing
    for (std::size_t size = 0; size < shortest; ++size) {
        INFO("of " << whole.size() << " bytes " << size);
        CHECK_FALSE(read_sealed(type, whole.substr(0, size)));
    }
}

TEST_CASE("sealing: malformed answers are refused", "[winrm][sealing]") {
    const auto good = part("sig", "secret", 6) + last;
    const auto with = [&good](std::string_view what, std::string_view instead) {
        auto text = good;
        text.replace(text.find(what), what.size(), instead);
        return text;
    };
    REQUIRE(read_sealed(type, good));
    CHECK_FALSE(read_sealed(type, with("Length=6", "Length=7")));
    CHECK_FALSE(read_sealed(type, with("Length=6", "Length=-6")));
    CHECK_FALSE(read_sealed(type, with("Length=6", "Length=6x")));
    CHECK_FALSE(read_sealed(type, with("Length=6", "Length=18446744073709551615")));
    CHECK_FALSE(read_sealed(type, with("Length=6", "Size=6")));
    CHECK_FALSE(read_sealed(type, with("OriginalContent", "Other")));
    CHECK_FALSE(read_sealed(type, with("application/HTTP-SPNEGO-session-encrypted", "text/plain")));
    CHECK_FALSE(read_sealed(type, with("application/octet-stream", "text/plain")));
    CHECK_FALSE(read_sealed(type, with("--Encrypted", "--Other")));
    CHECK_FALSE(read_sealed(type, good + "more"));
    CHECK_FALSE(read_sealed(type, part("", "secret", 6) + last)); // no signature
    auto long_header = good;
    long_header.replace(long_header.find("sig") - 4, 4, "\xff\xff\xff\xff");
    CHECK_FALSE(read_sealed(type, long_header));
    std::string many;
    for (int i = 0; i < 65; ++i)
        many += part("sig", "x", 1);
    CHECK_FALSE(read_sealed(type, many + last));
}
