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
    for (const auto* bad :
         {"Zg=",          "Zg",       "Z g=",     "Zm9v\n", "====",       "=",
          "Zm=v",         "Zm9v====", "Zm9*",     " Zg==",  "Zg== ",      "Zm9v\n\n\n\n",
          "\t\t\t\tZm9v", "Zm9v    ", "Zm9v----", "Zg-=",   "Zm9vZg=A",   "Zg==Zg==",
          "Z===",         "Zm9-",     "-Zm9",     "Zm\r\n", "Zm9v\x80m9v"}) {
        INFO(bad);
        CHECK_FALSE(base64_decode(bad).has_value());
    }
    CHECK_FALSE(base64_decode(std::string_view("Zm9\0", 4)).has_value());
    CHECK_FALSE(base64_decode(std::string_view("\0\0\0\0", 4)).has_value());
}

TEST_CASE("base64: each byte is a digit or refused, wherever it stands", "[encoding]") {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < 8; ++at) {
            std::string text = "Zm9vYmFy";
            text[at] = static_cast<char>(byte);
            const bool digit = alphabet.find(text[at]) != alphabet.npos;
            const bool padding = at == 7 && byte == '=';
            INFO(byte << " at " << at);
            CHECK(base64_decode(text).has_value() == (digit || padding));
        }
    }
}

TEST_CASE("base64: what is long is coded in parts", "[encoding]") {
    for (const std::size_t size : {3u << 20, (3u << 20) + 1, (6u << 20) + 2}) {
        std::string plain(size, '\0');
        for (std::size_t i = 0; i < size; ++i)
            plain[i] = static_cast<char>(i * 2654435761u >> 13);
        const auto encoded = base64_encode(plain);
        CHECK(encoded.size() == (size + 2) / 3 * 4);
        CHECK(
            encoded.find('=') == (size % 3 == 0 ? encoded.npos : encoded.size() - (3 - size % 3))
        );
        CHECK(base64_decode(encoded) == plain);
        auto spoiled = encoded;
        spoiled[2u << 20] = ' ';
        CHECK_FALSE(base64_decode(spoiled));
    }
}

TEST_CASE("hex: both cases are read, lower-case is written", "[encoding]") {
    CHECK(hex_encode(std::string("\x00\xaf\x10", 3)) == "00af10");
    CHECK(hex_decode("00aF10") == std::string("\x00\xaf\x10", 3));
    for (const auto* bad : {"0", "0g", "g0", "00 1", "0x"})
        CHECK_FALSE(hex_decode(bad).has_value());
}
