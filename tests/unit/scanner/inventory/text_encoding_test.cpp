// What Windows writes a text as, and what the readers of inventories see of it.
#include "scanner/inventory/text_encoding.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;
using namespace std::string_literals;

namespace {

std::string decoded(std::string text) {
    if (const auto wrong = decode_text(text)) return "mistake: " + wrong->what;
    return text;
}

// As UTF-16, which has a NUL beside every letter of ASCII.
std::string wide(const std::string& text, bool big) {
    std::string bytes;
    for (const char c : text) {
        if (big) bytes += '\0';
        bytes += c;
        if (!big) bytes += '\0';
    }
    return bytes;
}

} // namespace

TEST_CASE("text: byte order marks are dropped", "[inventory][encoding]") {
    CHECK(decoded("") == "");
    CHECK(decoded("a\n") == "a\n");
    CHECK(decoded("\xEF\xBB\xBF"s + "a\n") == "a\n");
    CHECK(decoded("\xEF\xBB\xBF"s) == "");
    CHECK(decoded("\xFF\xFE"s) == "");
    CHECK(decoded("\xC3\xA9=10.0.0.1") == "\xC3\xA9=10.0.0.1");
}

TEST_CASE("text: UTF-16 of both orders, with a mark and without", "[inventory][encoding]") {
    const std::string text = "web-02=10.20.0.82:5986\r\n";
    for (const bool big : {false, true}) {
        CHECK(decoded((big ? "\xFE\xFF"s : "\xFF\xFE"s) + wide(text, big)) == text);
        CHECK(decoded(wide(text, big)) == text);
        // A name in another script among them: not every second byte is NUL.
        const auto snow = big ? "\x96\xEA"s : "\xEA\x96"s;
        CHECK(
            decoded(wide("a", big) + snow + wide("=10.0.0.1\n", big)) == "a\xE9\x9B\xAA=10.0.0.1\n"
        );
    }
    // A character beyond the first 65,536.
    CHECK(decoded("\xFF\xFE\x3D\xD8\x00\xDE"s) == "\xF0\x9F\x98\x80");
}

TEST_CASE("text: what is damaged or nobody's is said", "[inventory][encoding]") {
    CHECK(
        decoded("\xFF\xFE"s + wide("ab", false) + "c") ==
        "mistake: the text is UTF-16 and ends in the middle of a character"
    );
    CHECK(decoded("\xFF\xFE\0\0a\0\0\0"s) == "mistake: the text is UTF-32");
    CHECK(decoded("a\0b"s) == "a\0b"s); // one NUL makes no UTF-16: the readers say what is wrong
}
