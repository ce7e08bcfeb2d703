// The window of hosts in flight, fed with made-up networks.
#include "scanner/admission/window.hpp"
#include "tests/support/catch.hpp"

#include <functional>

using namespace rdpsweep;

namespace {

// Sends hosts through a network until `hosts` have ended; crowded says from the number in flight
// and a number that counts up whether a host times out. Returns the smallest window seen.
std::size_t sweep(Window& window, int hosts, const std::function<bool(std::size_t, int)>& crowded) {
    auto smallest = window.size();
    for (int i = 0; i < hosts; ++i) {
        const auto epoch = window.epoch();
        window.ended(epoch, crowded(window.size(), i) ? Traffic::crowded : Traffic::clear);
        smallest = std::min(smallest, window.size());
    }
    return smallest;
}

} // namespace

TEST_CASE("window: a quiet network leaves it alone", "[window]") {
    Window window(256);
    CHECK(sweep(window, 5000, [](std::size_t, int) { return false; }) == 256);
    CHECK(window.halvings() == 0);
}

TEST_CASE("window: a network that carries 80 hosts gets about 80", "[window]") {
    Window window(256);
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
    Window window(256);
    sweep(window, 200, [](std::size_t in_flight, int) { return in_flight > 70; });
    CHECK(window.size() < 256);
    const auto narrow = window.size();
    const auto epoch = window.epoch();
    std::size_t steps = 0;
    auto last = window.size();
    for (int i = 0; i < 5000 && window.size() < 256; ++i) {
        window.ended(window.epoch(), Traffic::clear);
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
    Window window(256);
    // 40 % of the fleet is off, whatever we do.
    sweep(window, 3000, [](std::size_t, int i) { return i % 5 < 2; });
    CHECK(window.size() == 256);
    CHECK(window.halvings() == 2);
    // A row of dead hosts alone neither.
    Window dead(64);
    sweep(dead, 1000, [](std::size_t, int) { return true; });
    CHECK(dead.size() == 64);
}

TEST_CASE("window: real trouble on top of dead VMs is still seen", "[window]") {
    Window window(256);
    sweep(window, 3000, [](std::size_t, int i) { return i % 5 == 0 || i % 7 == 0; });
    const auto halvings = window.halvings();
    sweep(window, 400, [](std::size_t in_flight, int i) { return i % 4 == 0 || in_flight > 100; });
    CHECK(window.halvings() > halvings);
    CHECK(window.size() <= 128);
}

TEST_CASE("window: between the thresholds it stays", "[window]") {
    Window window(256);
    CHECK(sweep(window, 3000, [](std::size_t, int i) { return i % 10 == 0; }) == 256);
    Window narrow(256);
    sweep(narrow, 64, [](std::size_t, int) { return true; });
    REQUIRE(narrow.size() == 128);
    sweep(narrow, 1000, [](std::size_t, int i) { return i % 10 == 0; });
    CHECK(narrow.size() == 128);
}

TEST_CASE("window: hosts that set out earlier and foreign ends are not counted", "[window]") {
    Window window(256);
    const auto old = window.epoch();
    sweep(window, 64, [](std::size_t, int) { return true; });
    REQUIRE(window.size() == 128);
    // The rest of those in flight time out as well: one event, one halving.
    for (int i = 0; i < 192; ++i)
        CHECK_FALSE(window.ended(old, Traffic::crowded));
    for (int i = 0; i < 1000; ++i)
        CHECK_FALSE(window.ended(window.epoch(), Traffic::foreign));
    CHECK(window.size() == 128);
}

TEST_CASE("window: small ones stay above their floor", "[window]") {
    for (const std::size_t most : {1u, 2u, 4u, 5u, 20u}) {
        Window window(most);
        const auto smallest = sweep(window, 5000, [](std::size_t, int) { return true; });
        CHECK(smallest >= std::min<std::size_t>(most, 4));
        CHECK(window.size() <= most);
    }
}
