#include "scanner/talk/talk.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>

using namespace rdpsweep;

TEST_CASE("talk: colour obeys --color, then NO_COLOR, then the terminal", "[cli]") {
    setenv("NO_COLOR", "1", 1);
    CHECK(wants_color(Color::always, -1));
    CHECK_FALSE(wants_color(Color::never, -1));
    CHECK_FALSE(wants_color(Color::automatic, 1));
    unsetenv("NO_COLOR");
    CHECK_FALSE(wants_color(Color::automatic, -1));
}

TEST_CASE("talk: an error has its three lines and no more", "[cli]") {
    CHECK(
        to_text(
            Error(Phase::authenticate, Errc::access_denied, "the host refuses us")
                .with_native("HTTP 401")
                .with_hint("rdpsweep check -t web-01"),
            "web-01"
        ) == "rdpsweep: web-01: the host refuses us (auth)\n  HTTP 401\n  next: rdpsweep check -t "
             "web-01\n"
    );
    CHECK(
        to_text(Error(Phase::config, Errc::bug, "x\x1b[2J"), "") == "rdpsweep: x\\x1B[2J (config)\n"
    );
}

TEST_CASE("talk: problems are counted, and what was cut is admitted", "[cli]") {
    Problems problems;
    problems.add("f:1:2", "bad", "good");
    CHECK(to_text(problems) == "f:1:2: bad\n  good\nrdpsweep: 1 mistake; no host was touched\n");
    for (int i = 0; i < 50; ++i)
        problems.add("f:1:2", "bad");
    CHECK_THAT(to_text(problems), Catch::Contains("20 mistakes, perhaps more"));
}

TEST_CASE("talk: text is wrapped at spaces", "[cli]") {
    CHECK(wrapped("aa bb cc", 2, 7) == "  aa bb\n  cc\n");
    CHECK(wrapped("", 2, 7).empty());
    CHECK(wrapped("longerthanwidth x", 0, 5) == "longerthanwidth\nx\n");
}

TEST_CASE("talk: text without spaces is wrapped between its characters", "[cli]") {
    CHECK(wrapped("遠端桌面的憑證", 2, 8) == "  遠端桌\n  面的憑\n  證\n");
    // No mark that closes begins a line, none that opens ends one, and words stay whole.
    CHECK(wrapped("憑證過期。", 0, 8) == "憑證過\n期。\n");
    CHECK(wrapped("憑證（過期）", 0, 6) == "憑證\n（過\n期）\n");
    CHECK(wrapped("設定 TermService", 0, 8) == "設定\nTermService\n");
    CHECK(wrapped("設定 TermService 後", 0, 16) == "設定 TermService\n後\n");
}

TEST_CASE("talk: tables align by what is seen and defuse what is hostile", "[cli]") {
    CHECK(
        table({{"A", "B"}, {"\xC3\xA4\xC3\xA4", "x"}, {"b", ""}}) ==
        "A   B\n\xC3\xA4\xC3\xA4  x\nb\n"
    );
    CHECK(table({{"\x1b[2J", "y"}}) == "\\x1B[2J  y\n");
}
