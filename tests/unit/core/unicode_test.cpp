#include "core/unicode.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("to_valid_utf8: bad bytes become U+FFFD, good ones stay", "[unicode]") {
    CHECK(to_valid_utf8("a\xFFz") == "a\xEF\xBF\xBDz");
    CHECK(to_valid_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"); // a surrogate
    CHECK(to_valid_utf8("\xF0\x9F\x92\xBB") == "\xF0\x9F\x92\xBB");
}

TEST_CASE("utf16: surrogate pairs and strays", "[unicode]") {
    const std::string laptop("\x3D\xD8\xBB\xDC", 4); // U+1F4BB
    CHECK(utf16le_to_utf8(laptop) == "\xF0\x9F\x92\xBB");
    CHECK(utf8_to_utf16le("\xF0\x9F\x92\xBB") == laptop);
    CHECK(utf16le_to_utf8(std::string("\x3D\xD8", 2)) == "\xEF\xBF\xBD");
    CHECK(utf16le_to_utf8(std::string("A\0B", 3)) == "A"); // an odd last byte is dropped
}
