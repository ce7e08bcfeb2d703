#include "scanner/run/visiting_order.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <algorithm>

using namespace rdpsweep;

namespace {

std::vector<Target> hosts(std::size_t count) {
    std::vector<Target> targets(count);
    for (std::size_t index = 0; index < count; ++index) {
        targets[index].id = "vm-" + std::to_string(index);
        targets[index].credential = "ops";
    }
    return targets;
}

using Order = std::vector<std::size_t>;

} // namespace

TEST_CASE("visiting order: who let us in is asked first, who refused us last", "[order]") {
    const Scratch scratch;
    const auto targets = hosts(9);
    auto run = LetIn::open(scratch.path("let_in"));
    for (const std::size_t index : {4u, 6u, 8u})
        run.accepted(targets[index]);
    REQUIRE(run.save());
    std::vector<bool> postponed(9, false);
    postponed[0] = postponed[8] = true; // it refused us in the run that goes on: that is newer
    std::mt19937 random(1);
    auto order = visiting_order(targets, postponed, run, random);
    const auto third = [&order](std::ptrdiff_t begin, std::ptrdiff_t end) {
        Order part(order.begin() + begin, order.begin() + end);
        std::sort(part.begin(), part.end());
        return part;
    };
    CHECK(third(0, 2) == Order{4, 6});
    CHECK(third(2, 7) == Order{1, 2, 3, 5, 7});
    CHECK(third(7, 9) == Order{0, 8});
}

TEST_CASE("visiting order: each host that nothing is known of may come first", "[order]") {
    const auto targets = hosts(5);
    const std::vector<bool> postponed(5, false);
    std::mt19937 random(7);
    std::vector<bool> was_first(5, false);
    for (int run = 0; run < 200; ++run) {
        auto order = visiting_order(targets, postponed, LetIn(), random);
        was_first[order.front()] = true;
        std::sort(order.begin(), order.end());
        REQUIRE(order == Order{0, 1, 2, 3, 4}); // each exactly once
    }
    CHECK(std::find(was_first.begin(), was_first.end(), false) == was_first.end());
}
