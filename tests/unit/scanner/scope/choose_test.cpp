// --select, --pick and --limit by themselves.
#include "scanner/scope/choose.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace rdpsweep;

namespace {

Inventory of(const std::string& names) {
    Inventory inventory;
    for (const char name : names) {
        Target target;
        target.name = target.id = std::string(1, name);
        inventory.targets.push_back(target);
    }
    return inventory;
}

std::string names(const std::vector<Target>& targets) {
    std::string text;
    for (const auto& target : targets)
        text += target.name;
    return text;
}

} // namespace

TEST_CASE("select: an expression keeps what it matches, an empty one all", "[scope]") {
    Problems problems;
    auto inventory = of("abc");
    select_targets("", inventory, problems);
    CHECK(names(inventory.targets) == "abc");
    select_targets("b", inventory, problems);
    CHECK(names(inventory.targets) == "b");
    CHECK(inventory.notes.empty());
    CHECK(problems.empty());
}

TEST_CASE("select: nothing matched is noted, of nothing it is not", "[scope]") {
    Problems problems;
    auto inventory = of("a");
    select_targets("x", inventory, problems);
    CHECK(inventory.targets.empty());
    CHECK(inventory.notes.size() == 1);
    select_targets("x", inventory, problems);
    CHECK(inventory.notes.size() == 1);
    CHECK(problems.empty());
}

TEST_CASE("select: a mistake is told, and not after others", "[scope]") {
    Problems problems;
    auto inventory = of("ab");
    select_targets("a &", inventory, problems);
    REQUIRE(problems.list().size() == 1);
    CHECK(problems.list()[0].where == "command line");
    select_targets("a", inventory, problems);
    CHECK(names(inventory.targets) == "ab");
    CHECK(problems.list().size() == 1);
}

TEST_CASE("pick: as many as asked for, in the inventory's order, again with the seed", "[scope]") {
    auto first = of("abcdefghij");
    pick_targets(4, {}, first);
    REQUIRE(first.targets.size() == 4);
    REQUIRE(first.seed);
    const auto chosen = names(first.targets);
    CHECK(std::is_sorted(chosen.begin(), chosen.end()));
    REQUIRE(first.notes.size() == 1);
    CHECK(
        first.notes[0] == "picked 4 of 10 targets at random; --seed " +
                              std::to_string(*first.seed) + " picks the same again"
    );
    auto again = of("abcdefghij");
    pick_targets(4, first.seed, again);
    CHECK(names(again.targets) == chosen);
}

TEST_CASE("pick: where there is nothing to choose nothing is said", "[scope]") {
    auto inventory = of("abc");
    pick_targets(0, 7, inventory);
    pick_targets(3, 7, inventory);
    CHECK(names(inventory.targets) == "abc");
    CHECK_FALSE(inventory.seed);
    CHECK(inventory.notes.empty());
}

TEST_CASE("limit: the first ones, 0 is all", "[scope]") {
    auto targets = of("abc").targets;
    limit_targets(0, targets);
    limit_targets(9, targets);
    CHECK(names(targets) == "abc");
    limit_targets(2, targets);
    CHECK(names(targets) == "ab");
}
