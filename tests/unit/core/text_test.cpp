#include "core/text.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace rdpsweep;

TEST_CASE("base64: RFC 4648 section 10 vectors, both ways", "[text]") {
    const std::array<std::pair<std::string, std::string>, 7> vectors{{
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    }};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(base64_encode(plain) == encoded);
        CHECK(base64_decode(encoded) == plain);
    }
}

TEST_CASE("base64: anything but strict Base64 is refused", "[text]") {
    for (const auto* bad : {"Zg=", "Zg", "Z g=", "Zm9v\n", "====", "Zm=v", "Zm9v====", "Zm9*"}) {
        INFO(bad);
        CHECK_FALSE(base64_decode(bad).has_value());
    }
}

TEST_CASE("crc32 and sha256: published check values", "[text]") {
    CHECK(crc32("123456789") == 0xCBF43926u); // the check value of CRC-32/ISO-HDLC
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("printable: what disturbs a terminal is shown, not obeyed", "[text]") {
    CHECK(printable("plain text") == "plain text");
    CHECK(printable("\x1b[2J") == "\\x1B[2J");
    CHECK(printable("a\nb\r\t") == "a\\x0Ab\\x0D\\x09");
    CHECK(
        printable("\xC2\x9B"
                  "31m") == "\\u{009B}31m"
    ); // C1 CSI
    CHECK(
        printable("\xE2\x80\xAE"
                  "evil") == "\\u{202E}evil"
    );                                                     // right-to-left override
    CHECK(printable("\xFF\xC0\x80") == "\\xFF\\xC0\\x80"); // not UTF-8, overlong NUL
    CHECK(
        printable("Gr\xC3\xBC\xC3\x9F"
                  "e") == "Gr\xC3\xBC\xC3\x9F"
                          "e"
    );
    CHECK(printable(std::string(1000, 'x'), 10) == "xxxxxxxxxx...");
}

TEST_CASE("html_escape: no character can leave its context", "[text]") {
    CHECK(
        html_escape("<script>alert('1')</script>&\"") ==
        "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"
    );
}

TEST_CASE("to_valid_utf8: bad bytes become U+FFFD, good ones stay", "[text]") {
    CHECK(to_valid_utf8("a\xFFz") == "a\xEF\xBF\xBDz");
    CHECK(to_valid_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"); // a surrogate
    CHECK(to_valid_utf8("\xF0\x9F\x92\xBB") == "\xF0\x9F\x92\xBB");
}

TEST_CASE("utf16: surrogate pairs and strays", "[text]") {
    const std::string laptop("\x3D\xD8\xBB\xDC", 4); // U+1F4BB
    CHECK(utf16le_to_utf8(laptop) == "\xF0\x9F\x92\xBB");
    CHECK(utf8_to_utf16le("\xF0\x9F\x92\xBB") == laptop);
    CHECK(utf16le_to_utf8(std::string("\x3D\xD8", 2)) == "\xEF\xBF\xBD");
    CHECK(utf16le_to_utf8(std::string("A\0B", 3)) == "A"); // an odd last byte is dropped
}

TEST_CASE("iso8601: round trip, fractions, and nonsense", "[text]") {
    CHECK(to_iso8601(0) == "1970-01-01T00:00:00Z");
    CHECK(from_iso8601("2026-11-23T03:00:00Z") == 1795402800);
    CHECK(from_iso8601("2026-11-23T03:00:00.1234567Z") == 1795402800);
    CHECK(to_iso8601(1795402800) == "2026-11-23T03:00:00Z");
    for (const auto* bad :
         {"", "yesterday", "2026-11-23", "2026-11-23T03:00:00", "2026-11-23T03:00:00Zx"}) {
        CHECK_FALSE(from_iso8601(bad).has_value());
    }
}

TEST_CASE("nearest: a slip is recognised, another word is not", "[text]") {
    const std::array<std::string_view, 3> words{"address", "credential", "deadline"};
    CHECK(nearest("adress", words) == "address");
    CHECK(nearest("DEADLINE", words) == "deadline");
    CHECK_FALSE(nearest("colour", words).has_value());
}

TEST_CASE("random_guid: shape and difference", "[text]") {
    const auto guid = random_guid();
    REQUIRE(guid.size() == 36);
    CHECK(guid[14] == '4');
    CHECK(guid != random_guid());
}
