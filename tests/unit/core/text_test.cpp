#include "core/text.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace rdpsweep;

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

TEST_CASE("join: what split took apart, and nothing of nothing", "[text]") {
    CHECK(join(split("a,,b", ','), ",") == "a,,b");
    CHECK(join(std::array<std::string, 2>{"", "b"}, ", ") == ", b");
    CHECK(join({}, ", ").empty());
}
