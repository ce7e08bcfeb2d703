// Widths on a terminal, against the C library's own tables.
#include "core/columns.hpp"
#include "tests/support/catch.hpp"

#include <clocale>
#include <cwchar>

using namespace rdpsweep;

namespace {

// Says whether Unicode 16 made a symbol wide that was narrow before: trigrams, hexagrams, Tai Xuan
// Jing symbols, counting rods. Terminals know either, and so do C libraries.
bool wide_since_16(char32_t code) {
    return (code >= 0x2630 && code <= 0x2637) || (code >= 0x268A && code <= 0x268F) ||
           (code >= 0x4DC0 && code <= 0x4DFF) || (code >= 0x1D300 && code <= 0x1D376);
}

} // namespace

TEST_CASE("columns: East Asian characters take two, marks take none", "[text]") {
    CHECK(columns("") == 0);
    CHECK(columns("abc") == 3);
    CHECK(columns("憑證，abc") == 9);
    CHECK(columns("e\u0301") == 1);
    CHECK(columns("\U0001F600") == 2);
    CHECK(columns("✖ ▲ … ·") == 7);
}

TEST_CASE("columns: text is cut between characters, at the column", "[text]") {
    CHECK(fitting("遠端桌面", 5) == "遠端");
    CHECK(fitting("遠端桌面", 8) == "遠端桌面");
    CHECK(fitting("a遠b", 2) == "a");
    CHECK(fitting("abc", 0).empty());
}

TEST_CASE("columns: the C library agrees", "[text]") {
    REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
    std::size_t compared = 0;
    std::size_t differing = 0;
    for (char32_t code = 0x20; code < 0x30000; ++code) {
        const auto theirs = wcwidth(static_cast<wchar_t>(code));
        if (theirs < 1) continue; // not assigned there, or a control character or mark
        if (wide_since_16(code)) continue;
        ++compared;
        if (columns_of(code) != static_cast<std::size_t>(theirs)) ++differing;
    }
    std::setlocale(LC_CTYPE, "C");
    INFO(compared << " compared, " << differing << " differ");
    CHECK(compared > 100'000);
    CHECK(differing < 100); // versions of Unicode differ, and tastes about symbols
}
