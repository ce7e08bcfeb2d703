// Maintenance windows at their edges: each character and each bound of the text, and each minute
// at which one opens or closes.
#include "scanner/fix/window.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;
using namespace std::chrono_literals;

TEST_CASE("window: hours and minutes as far as they go", "[window]") {
    for (const auto* text :
         {"00:00-24:00", "23:59-24:00", "00:00-00:01", "09:59-10:00", "22:00-06:00"}) {
        INFO(text);
        CHECK(parse_window(text));
    }
    for (const auto* text :
         {"00:00-24:01",
          "24:01-01:00",
          "00:60-01:00",
          "/0:00-01:00",
          ":0:00-01:00",
          "0/:00-01:00",
          "00:/0-01:00",
          "00:0:-01:00",
          "00:00 01:00",
          "000:0-01:00",
          "00:00-1:00",
          "00:00-01:000"}) {
        INFO(text);
        CHECK_FALSE(parse_window(text));
    }
    const auto window = parse_window("13:47-14:05");
    REQUIRE(window);
    CHECK(window->from == 13 * 60 + 47);
    CHECK(window->to == 14 * 60 + 5);
    CHECK(window->zone.empty());
}

TEST_CASE("window: names of zones", "[window]") {
    const std::string hours = "01:00-02:00 ";
    for (const auto& zone :
         {std::string("UTC"),
          std::string("Etc/GMT+5"),
          std::string("America/Port-au-Prince"),
          std::string("a_Z09"),
          std::string(63, 'a')})
        CHECK(parse_window(hours + zone)->zone == zone);
    for (const auto& zone :
         {std::string(64, 'a'),
          std::string("/etc"),
          std::string("a..b"),
          std::string("a:b"),
          std::string("a@b"),
          std::string("a[b"),
          std::string("a`b"),
          std::string("a{b")})
        CHECK_FALSE(parse_window(hours + zone));
}

TEST_CASE("window: the days by name, alone, in lists and in ranges over the week's end") {
    const auto days = [](const std::string& text) {
        std::string open;
        for (const bool day : parse_window(text + " 01:00-02:00")->days)
            open += day ? 'x' : '-';
        return open;
    };
    CHECK(days("Sun") == "x------");
    CHECK(days("MON") == "-x-----");
    CHECK(days("tue,Thu") == "--x-x--");
    CHECK(days("Wed-Fri") == "---xxx-");
    CHECK(days("Fri-Mon") == "xx---xx");
    CHECK(days("Sat-Sat") == "------x");
    CHECK_FALSE(parse_window("Mon- 01:00-02:00"));
    CHECK_FALSE(parse_window("-Mon 01:00-02:00"));
    CHECK_FALSE(parse_window("Mon,,Tue 01:00-02:00"));
}

TEST_CASE("window: the minute before, the first, the last and the one behind", "[window]") {
    constexpr int sunday = 0, saturday = 6;
    const auto day = *parse_window("Sat 08:00-09:00");
    CHECK(open_for(day, saturday, 479) == std::nullopt);
    CHECK(open_for(day, saturday, 480) == 60min);
    CHECK(open_for(day, saturday, 539) == 1min);
    CHECK(open_for(day, saturday, 540) == std::nullopt);
    const auto night = *parse_window("Sat 22:00-02:00");
    CHECK(open_for(night, saturday, 1319) == std::nullopt);
    CHECK(open_for(night, saturday, 1320) == 240min);
    CHECK(open_for(night, saturday, 1439) == 121min);
    CHECK(open_for(night, sunday, 0) == 120min);
    CHECK(open_for(night, sunday, 119) == 1min);
    CHECK(open_for(night, sunday, 120) == std::nullopt);
    CHECK(open_for(*parse_window("Sun 22:00-02:00"), sunday, 30) == std::nullopt);
}
