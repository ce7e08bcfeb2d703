#include "core/encoding.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace rdpsweep;

TEST_CASE("base64: RFC 4648 section 10 vectors, both ways", "[encoding]") {
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

TEST_CASE("base64: anything but strict Base64 is refused", "[encoding]") {
    for (const auto* bad : {"Zg=", "Zg", "Z g=", "Zm9v\n", "====", "Zm=v", "Zm9v====", "Zm9*"}) {
        INFO(bad);
        CHECK_FALSE(base64_decode(bad).has_value());
    }
}

TEST_CASE("hex: both cases are read, lower-case is written", "[encoding]") {
    CHECK(hex_encode(std::string("\x00\xaf\x10", 3)) == "00af10");
    CHECK(hex_decode("00aF10") == std::string("\x00\xaf\x10", 3));
    for (const auto* bad : {"0", "0g", "g0", "00 1", "0x"})
        CHECK_FALSE(hex_decode(bad).has_value());
}
