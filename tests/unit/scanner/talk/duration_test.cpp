#include "scanner/talk/duration.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;
using namespace std::chrono_literals;

TEST_CASE("duration: the four units are read", "[duration]") {
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("15m") == 15min);
    CHECK(parse_duration("2h") == 2h);
    CHECK(parse_duration("1.5s") == 1500ms);
    CHECK(parse_duration("720h") == 720h);
}

TEST_CASE("duration: what is not exactly a number and a unit is refused", "[duration]") {
    for (const auto* text :
         {"",
          "30",
          "s",
          "ms",
          "-1s",
          "+1s",
          "1 s",
          "1s ",
          " 1s",
          "0s",
          "0.0001ms",
          "1d",
          "1S",
          "1e3s",
          "1.2.3s",
          "1s1s",
          ".s",
          "721h",
          "99999999999999h",
          "nan",
          "infs"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}

TEST_CASE("duration: the shortest exact form is shown and reads back", "[duration]") {
    CHECK(to_text(1500ms) == "1500ms");
    CHECK(to_text(90s) == "90s");
    CHECK(to_text(2h) == "2h");
    CHECK(to_text(0ms) == "0s");
    for (const auto duration : {1ms, 999ms, 60'000ms, 3'600'000ms, 90'000ms}) {
        CHECK(parse_duration(to_text(duration)) == duration);
    }
}
