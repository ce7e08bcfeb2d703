// What most do not have takes a pointer, and copies do not share it.
#include "core/rare.hpp"
#include "core/target.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("rare: what was never set reads as its default", "[rare]") {
    const Target target;
    CHECK(target.ssh->port == 22);
    CHECK_FALSE(target.disk->given());
}

TEST_CASE("rare: a copy is its own", "[rare]") {
    Rare<SshOptions> one;
    one.edit().user = "a";
    auto other = one;
    other.edit().user = "b";
    CHECK(one->user == "a");
    CHECK(other->user == "b");
    one = other;
    other.edit().port = 2222;
    CHECK(one->user == "b");
    CHECK(one->port == 22);
    other = Rare<SshOptions>();
    CHECK(other->user.empty());
}

// An inventory of 100,000 fits in 100 MiB, its tags and its file included.
TEST_CASE("rare: a target stays small", "[rare][cost]") {
    STATIC_REQUIRE(sizeof(Target) <= 488);
}
