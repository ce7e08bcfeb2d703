// The window of hosts in flight, fed with made-up networks.
#include "scanner/admission/window.hpp"
#include "tests/support/catch.hpp"

#include <functional>
#include <vector>

using namespace rdpsweep;

namespace {

// A window whose first hosts all answered.
Window quiet(std::size_t most) {
    Window window(most);
    for (std::size_t i = 0; i < Window::first_sample; ++i)
        window.ended(window.set_out(), Traffic::clear);
    return window;
}

// Sends hosts through a network until `hosts` have ended; crowded says from the number in flight
// and a number that counts up whether a host times out. Returns the smallest window seen.
std::size_t sweep(Window& window, int hosts, const std::function<bool(std::size_t, int)>& crowded) {
    auto smallest = window.size();
    for (int i = 0; i < hosts; ++i) {
        const auto start = window.set_out();
        window.ended(start, crowded(window.size(), i) ? Traffic::crowded : Traffic::clear);
        smallest = std::min(smallest, window.size());
    }
    return smallest;
}

} // namespace

TEST_CASE("window: a quiet network leaves it alone", "[window]") {
    auto window = quiet(256);
    CHECK(sweep(window, 5000, [](std::size_t, int) { return false; }) == 256);
    CHECK(window.halvings() == 0);
}

TEST_CASE("window: a network that carries 80 hosts gets about 80", "[window]") {
    auto window = quiet(256);
    // Above 80 in flight, what is too much times out.
    const auto crowded = [](std::size_t in_flight, int i) {
        return in_flight > 80 && static_cast<std::size_t>(i * 37 % 256) >= 80u * 256u / in_flight;
    };
    sweep(window, 20'000, crowded);
    CHECK(window.size() <= 128);
    CHECK(window.size() >= 32);
    CHECK(window.halvings() >= 1);
}

TEST_CASE("window: it widens again, step by step, when the timeouts stop", "[window]") {
    auto window = quiet(256);
    sweep(window, 200, [](std::size_t in_flight, int) { return in_flight > 70; });
    CHECK(window.size() < 256);
    const auto narrow = window.size();
    const auto epoch = window.epoch();
    std::size_t steps = 0;
    auto last = window.size();
    for (int i = 0; i < 5000 && window.size() < 256; ++i) {
        window.ended(window.set_out(), Traffic::clear);
        if (window.size() == last) continue;
        CHECK(window.size() - last <= 16); // additive
        last = window.size();
        ++steps;
    }
    CHECK(window.size() == 256);
    CHECK(steps >= (256 - narrow) / 16);
    CHECK(window.epoch() == epoch); // widening begins no new sample
}

TEST_CASE("window: VMs that are switched off do not narrow it for long", "[window]") {
    auto window = quiet(256);
    // 40 % of the fleet is off, whatever we do.
    sweep(window, 3000, [](std::size_t, int i) { return i % 5 < 2; });
    CHECK(window.size() == 256);
    CHECK(window.halvings() == 2);
    // A row of dead hosts alone neither.
    auto dead = quiet(64);
    sweep(dead, 1000, [](std::size_t, int) { return true; });
    CHECK(dead.size() == 64);
}

TEST_CASE("window: real trouble on top of dead VMs is still seen", "[window]") {
    auto window = quiet(256);
    sweep(window, 3000, [](std::size_t, int i) { return i % 5 == 0 || i % 7 == 0; });
    const auto halvings = window.halvings();
    sweep(window, 400, [](std::size_t in_flight, int i) { return i % 4 == 0 || in_flight > 100; });
    CHECK(window.halvings() > halvings);
    CHECK(window.size() <= 128);
}

TEST_CASE("window: between the thresholds it stays", "[window]") {
    auto window = quiet(256);
    CHECK(sweep(window, 3000, [](std::size_t, int i) { return i % 10 == 0; }) == 256);
    auto narrow = quiet(256);
    sweep(narrow, 64, [](std::size_t, int) { return true; });
    REQUIRE(narrow.size() == 128);
    sweep(narrow, 1000, [](std::size_t, int i) { return i % 10 == 0; });
    CHECK(narrow.size() == 128);
}

TEST_CASE("window: hosts that set out earlier and foreign ends are not counted", "[window]") {
    auto window = quiet(256);
    const auto old = window.set_out();
    sweep(window, 64, [](std::size_t, int) { return true; });
    REQUIRE(window.size() == 128);
    // The rest of those in flight time out as well: one event, one halving.
    for (int i = 0; i < 192; ++i)
        CHECK_FALSE(window.ended(old, Traffic::crowded));
    for (int i = 0; i < 1000; ++i)
        CHECK_FALSE(window.ended(window.set_out(), Traffic::foreign));
    CHECK(window.size() == 128);
}

TEST_CASE("window: small ones stay above their floor", "[window]") {
    for (const std::size_t most : {1u, 2u, 4u, 5u, 20u}) {
        auto window = quiet(most);
        const auto smallest = sweep(window, 5000, [](std::size_t, int) { return true; });
        CHECK(smallest >= std::min<std::size_t>(most, 4));
        CHECK(window.size() <= most);
    }
}

TEST_CASE("window: the thresholds, one host above and one below", "[window]") {
    struct Case {
        std::size_t most;           // a sample is a quarter of it
        int sample, timeouts;       // the last one ends the sample
        std::size_t size, halvings; // afterwards
    };

    const std::vector<Case> cases{
        {256, 64, 12, 256, 0}, // 18.75 %
        {256, 64, 13, 128, 1}, // 20.3 %
        {80, 20, 4, 80, 0},    // 20 % is not above 20 %
        {80, 20, 5, 40, 1},
        {16, 16, 3, 16, 0}, // a sample has 16 hosts at least
        {16, 16, 4, 8, 1},
        {4, 16, 16, 4, 0}, // no lower than 4
        {5, 16, 16, 4, 1},
        {1024, 256, 256, 512, 1},
    };
    for (const auto& one : cases) {
        INFO(one.most << ": " << one.timeouts << " of " << one.sample);
        auto window = quiet(one.most);
        CHECK(window.most() == one.most);
        for (int i = 0; i < one.sample; ++i) {
            CHECK(window.size() == one.most); // not before the sample is whole
            const bool news = i + 1 == one.sample && one.size != one.most;
            CHECK(
                window.ended(
                    window.set_out(), i < one.timeouts ? Traffic::crowded : Traffic::clear
                ) == news
            );
        }
        CHECK(window.size() == one.size);
        CHECK(window.halvings() == one.halvings);
        CHECK(window.epoch() == one.halvings);
    }
}

TEST_CASE("window: it widens below 5 %, by a sixteenth of the most", "[window]") {
    // Halved to 80, of which a sample is 20 hosts: one timeout is 5 %, which is not below it.
    for (const int timeouts : {0, 1, 2}) {
        INFO(timeouts);
        auto window = quiet(160);
        sweep(window, 40, [](std::size_t, int) { return true; });
        REQUIRE(window.size() == 80);
        sweep(window, 20, [&](std::size_t, int i) { return i < timeouts; });
        CHECK(window.size() == (timeouts == 0 ? 90 : 80));
    }
    auto small = quiet(8); // a sixteenth of it is less than one host
    sweep(small, 16, [](std::size_t, int) { return true; });
    REQUIRE(small.size() == 4);
    sweep(small, 16, [](std::size_t, int) { return false; });
    CHECK(small.size() == 5);
}

TEST_CASE("window: two halvings that do not help by a quarter are taken back", "[window]") {
    // Timeouts in the samples after the first, which had 32 of 64; a quarter less is 37.5 %.
    struct Case {
        int second, third;          // of 32, of 16
        std::size_t size, halvings; // after the third sample
    };

    const std::vector<Case> cases{
        {16, 8, 256, 2}, // still half of them: dead VMs
        {13, 8, 256, 2}, // 40.6 % is no help either
        {12, 8, 256, 2}, // 37.5 % is not below three quarters
        {11, 8, 32, 2},  // 34.4 % is: begun anew from there
    };
    for (const auto& one : cases) {
        INFO(one.second << ", " << one.third);
        auto window = quiet(256);
        sweep(window, 64, [](std::size_t, int i) { return i < 32; });
        REQUIRE(window.size() == 128);
        sweep(window, 32, [&](std::size_t, int i) { return i < one.second; });
        REQUIRE(window.size() == 64);
        sweep(window, 16, [&](std::size_t, int i) { return i < one.third; });
        CHECK(window.size() == one.size);
        CHECK(window.halvings() == one.halvings + (one.size == 32 ? 1 : 0));
    }
}

TEST_CASE(
    "window: a trial ends where the timeouts are few again, if not by a quarter", "[window]"
) {
    auto window = quiet(256);
    sweep(window, 64, [](std::size_t, int i) { return i < 16; }); // 25 %
    REQUIRE(window.size() == 128);
    sweep(window, 32, [](std::size_t, int i) { return i < 6; }); // 18.75 %, three quarters of that
    REQUIRE(window.size() == 128);
    // What comes now is trouble of its own: it has two trials, and goes back to where they began.
    sweep(window, 32, [](std::size_t, int) { return true; });
    CHECK(window.size() == 64);
    sweep(window, 16, [](std::size_t, int) { return true; });
    CHECK(window.size() == 32);
    sweep(window, 16, [](std::size_t, int) { return true; });
    CHECK(window.size() == 128);
}

TEST_CASE("window: what the first hosts show is usual, whichever of them ends first", "[window]") {
    Window window(256);
    std::vector<Window::Start> first;
    for (std::size_t i = 0; i < Window::first_sample; ++i)
        first.push_back(window.set_out());
    // The 22 that answer are done long before the 10 that time out; others end in between.
    for (std::size_t i = 0; i < 22; ++i)
        CHECK_FALSE(window.ended(first[i], Traffic::clear));
    for (int i = 0; i < 500; ++i)
        CHECK_FALSE(window.ended(window.set_out(), i < 300 ? Traffic::crowded : Traffic::clear));
    for (std::size_t i = 22; i < first.size(); ++i)
        CHECK_FALSE(window.ended(first[i], Traffic::crowded));
    // 30 % of the fleet are off, and nothing is narrowed for it.
    CHECK(sweep(window, 3000, [](std::size_t, int i) { return i % 10 < 3; }) == 256);
    CHECK(window.halvings() == 0);
    // Twice as many are trouble.
    CHECK(sweep(window, 100, [](std::size_t, int i) { return i % 10 < 6; }) < 256);
}

TEST_CASE("window: a sweep of fewer hosts than it takes to learn is left alone", "[window]") {
    Window window(256);
    const int few = static_cast<int>(Window::first_sample) - 1;
    CHECK(sweep(window, few, [](std::size_t, int) { return true; }) == 256);
    CHECK_FALSE(window.ended(Window::Start{}, Traffic::crowded)); // none of them
    CHECK(window.size() == 256);
}
