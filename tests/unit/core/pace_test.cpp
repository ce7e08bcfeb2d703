// When each turn is due, told by a clock that the test sets.
#include "core/pace.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

const Clock::time_point begun(1000h);

// How long each of so many, who all ask at now, has to wait.
std::vector<std::chrono::milliseconds> waits(Pace& pacer, Clock::time_point now, int count) {
    std::vector<std::chrono::milliseconds> all;
    for (int i = 0; i < count; ++i)
        all.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(pacer.take(now) - now));
    return all;
}

using Waits = std::vector<std::chrono::milliseconds>;

} // namespace

TEST_CASE("Pace: turns are spread evenly, whoever asks at once", "[deadline]") {
    Pace pacer(10, 1, begun);
    CHECK(waits(pacer, begun, 4) == Waits{0ms, 100ms, 200ms, 300ms});
    CHECK(waits(pacer, begun + 250ms, 2) == Waits{150ms, 250ms}); // behind those
    CHECK(waits(pacer, begun + 10s, 2) == Waits{0ms, 100ms});     // quiet saves up one turn
}

TEST_CASE("Pace: a burst is saved up in a quiet time, and no more than that", "[deadline]") {
    Pace pacer(10, 3, begun);
    CHECK(waits(pacer, begun, 2) == Waits{0ms, 100ms}); // nothing is saved up in the beginning
    CHECK(waits(pacer, begun + 1h, 5) == Waits{0ms, 0ms, 0ms, 100ms, 200ms});
    CHECK(waits(pacer, begun + 1h + 400ms, 3) == Waits{0ms, 0ms, 100ms});
}

TEST_CASE("Pace: what is no rate and no burst is the least of either", "[deadline]") {
    Pace pacer(0, 0, begun);
    CHECK(pacer.per_second() == 0.1);
    CHECK(waits(pacer, begun, 2) == Waits{0ms, 10'000ms});
}

TEST_CASE("Pace: it slows down once a second, to a sixteenth, and comes back", "[deadline]") {
    Pace pacer(160, 1, begun);
    pacer.slow_down(begun);
    CHECK(pacer.per_second() == 80);
    pacer.slow_down(begun + 999ms);
    CHECK(pacer.per_second() == 80);
    pacer.slow_down(begun + 1s);
    CHECK(pacer.per_second() == 40);
    for (int second = 2; second < 9; ++second)
        pacer.slow_down(begun + std::chrono::seconds(second));
    CHECK(pacer.per_second() == 10);
    const auto last = begun + 8s;
    CHECK(waits(pacer, last + 9s, 2) == Waits{0ms, 100ms});
    (void)pacer.take(last + 9'999ms);
    CHECK(pacer.per_second() == 10);
    (void)pacer.take(last + 10s);
    CHECK(pacer.per_second() == 20);
    (void)pacer.take(last + 19'999ms);
    CHECK(pacer.per_second() == 20);
    for (int tens = 2; tens < 9; ++tens)
        (void)pacer.take(last + std::chrono::seconds(10 * tens));
    CHECK(pacer.per_second() == 160);
}
