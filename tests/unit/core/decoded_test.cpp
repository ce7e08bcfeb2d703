// Each byte of a decoded text knows where it came from.
#include "core/decoded.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

// "A0-3 B3-4": each byte with its place.
std::string told(const std::optional<Decoded>& text) {
    if (!text) return "nothing";
    std::string out;
    for (std::size_t at = 0; at < text->size(); ++at) {
        out += (at == 0 ? "" : " ") + std::string(1, text->bytes()[at]) +
               std::to_string(text->from(at).begin) + "-" + std::to_string(text->from(at).end);
    }
    return out;
}

} // namespace

TEST_CASE("Decoded: breaks and NULs are passed over", "[secret]") {
    CHECK(told(Decoded(std::string_view("a\0b\r\nc", 6))) == "a0-1 b2-3 c5-6");
    CHECK(without_breaks(std::string_view("a\0b\r\nc", 6)) == "abc");
}

TEST_CASE("read_escapes: ranges", "[secret]") {
    CHECK(told(read_escapes(Decoded("x%41y"), read_percent)) == "x0-1 A1-4 y4-5");
    CHECK(told(read_escapes(Decoded("plain"), read_percent)) == "nothing");
    CHECK(told(read_escapes(Decoded("ab%4"), read_percent)) == "a0-1 b1-2");
    const auto key = read_escapes(Decoded("\\ud83d\\udd11"), read_backslash);
    REQUIRE(key);
    CHECK(key->bytes() == "\xF0\x9F\x94\x91");
    CHECK(key->from(3).end == 12);
}

TEST_CASE("read_base64: a byte comes from each digit that has a bit of it", "[secret]") {
    CHECK(told(read_base64(Decoded("QUJD"), 0)) == "A0-2 B1-3 C2-4");
    CHECK(told(read_base64(Decoded("QU JD"), 0)) == "A0-2 B1-4 C3-5");
    CHECK(
        told(read_base64(Decoded("xQUI=y"), 1)) == "A1-3 B2-4 \x01"
                                                   "4-5"
    );
    CHECK(told(read_base64(Decoded("QQ"), 0)) == "A0-2");
    CHECK(told(read_base64(Decoded("!"), 0)) == "nothing");
    CHECK(read_base64(Decoded("-_-_"), 0)->bytes() == read_base64(Decoded("+/+/"), 0)->bytes());
}

TEST_CASE("read_hex: pairs, with what stands between them", "[secret]") {
    CHECK(told(read_hex(Decoded("4a4B"), 0)) == "J0-2 K2-4");
    CHECK(told(read_hex(Decoded("4A-4B"), 0)) == "J0-2 K3-5");
    CHECK(told(read_hex(Decoded("0x4a, 0x4b"), 0)) == "J0-4 K6-10");
    CHECK(
        told(read_hex(Decoded("70x"), 0)) == "p0-2 \x01"
                                             "2-3"
    );
    CHECK(told(read_hex(Decoded("f4a"), 1)) == "J1-3");
    CHECK(told(read_hex(Decoded("zz"), 0)) == "nothing");
}
