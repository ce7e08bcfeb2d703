#include "probes/collect/port_range.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("port range: a number or a range, its ends included", "[collect]") {
    CHECK(range_covers("3389", 3389));
    CHECK(range_covers(" 3389 ", 3389));
    CHECK(range_covers("3000-3389", 3389));
    CHECK(range_covers("3389-4000", 3389));
    CHECK_FALSE(range_covers("3390-4000", 3389));
    CHECK_FALSE(range_covers("4000-3000", 3389));
}

TEST_CASE("port range: what is neither holds no port", "[collect]") {
    for (const auto* bad : {"", "*", "-", "3389-", "-3389", "3389,3390", "0x0d3d", "RPC", "103389"})
        CHECK_FALSE(range_covers(bad, 3389));
}
