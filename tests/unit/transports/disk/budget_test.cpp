// What a reader may ask for.
#include "tests/support/catch.hpp"
#include "transports/disk/budget.hpp"

using namespace rdpsweep;
using namespace rdpsweep::disk;

namespace {

constexpr std::uint64_t disk_size = 10'000;

Errc asked(std::uint64_t offset, std::uint32_t length, std::uint64_t size = disk_size) {
    Budget budget(size);
    const auto allowed = budget.ask({offset, length});
    return allowed ? Errc{} : allowed.error().code();
}

} // namespace

TEST_CASE("budget: a request lies inside the disk, to the byte", "[disk]") {
    CHECK(asked(0, 10'000) == Errc{});
    CHECK(asked(9'999, 1) == Errc{});
    CHECK(asked(0, 10'001) == Errc::protocol_violation);
    CHECK(asked(9'999, 2) == Errc::protocol_violation);
    CHECK(asked(10'000, 1) == Errc::protocol_violation);
    CHECK(asked(10'001, 1) == Errc::protocol_violation);
    CHECK(asked(UINT64_MAX, 2) == Errc::protocol_violation);
    CHECK(asked(UINT64_MAX - 1, 512, UINT64_MAX) == Errc::protocol_violation);
    CHECK(asked(0, 0) == Errc::protocol_violation);
}

TEST_CASE("budget: a request brings a MiB at most", "[disk]") {
    constexpr std::uint64_t large = std::uint64_t{1} << 40U;
    CHECK(asked(0, 1u << 20, large) == Errc{});
    CHECK(asked(0, (1u << 20) + 1, large) == Errc::protocol_violation);
    CHECK(asked(0, UINT32_MAX, large) == Errc::protocol_violation);
}

TEST_CASE("budget: requests and bytes are used up, each by itself", "[disk]") {
    Budget few(disk_size, {.requests = 2});
    CHECK(few.ask({0, 1}));
    CHECK(few.ask({0, 1}));
    const auto third = few.ask({0, 1});
    REQUIRE_FALSE(third);
    CHECK(third.error().code() == Errc::output_limit);
    CHECK(third.error().detail() == "the disk's reader asked more than 2 times");
    CHECK(few.requests() == 2);

    Budget small(disk_size, {.bytes = 1'000});
    CHECK(small.ask({0, 999}));
    const auto over = small.ask({0, 2});
    REQUIRE_FALSE(over);
    CHECK(over.error().detail() == "the disk's reader asked for more than 1000 bytes");
    CHECK(small.ask({0, 1}));
    CHECK(small.bytes() == 1'000);
    CHECK_FALSE(small.ask({0, 1}));

    Budget usual(disk_size);
    for (int request = 0; request < 4'000; ++request)
        REQUIRE(usual.ask({0, 1}));
    CHECK_FALSE(usual.ask({0, 1}));
    Budget large(std::uint64_t{1} << 40U);
    for (int request = 0; request < 256; ++request)
        REQUIRE(large.ask({0, 1u << 20}));
    CHECK_FALSE(large.ask({0, 1}));
}

TEST_CASE("budget: stages are told a thousand times", "[disk]") {
    Budget budget(disk_size);
    for (int stage = 0; stage < 1'000; ++stage)
        REQUIRE(budget.tell());
    const auto more = budget.tell();
    REQUIRE_FALSE(more);
    CHECK(more.error().code() == Errc::output_limit);
}
