// How many hosts fit into how many descriptors, and how many would be enough.
#include "core/fd_limit.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("fd limit: four descriptors a host at work, and 64 for ourselves", "[fd_limit]") {
    const auto tight = fit_descriptors(1024, 2000);
    CHECK(tight.in_flight == 240);
    CHECK(tight.left == 240); // one each for those on their way
    CHECK(tight.lowered);
    CHECK(tight.wanted == 8064);
    CHECK(fit_descriptors(tight.wanted - 1, 2000).lowered);
    const auto enough = fit_descriptors(tight.wanted, 2000);
    CHECK(enough.in_flight == 2000);
    CHECK_FALSE(enough.lowered);
    CHECK(fit_descriptors(1u << 20, 256).left == (1u << 20) - 64 - 3 * 256);
}

TEST_CASE("fd limit: one host is visited with whatever there is", "[fd_limit]") {
    for (const std::size_t descriptors : {0u, 63u, 64u, 67u}) {
        const auto none = fit_descriptors(descriptors, 10);
        CHECK(none.in_flight == 1);
        CHECK(none.left == 0);
        CHECK(none.lowered);
    }
    CHECK_FALSE(fit_descriptors(68, 1).lowered);
}
