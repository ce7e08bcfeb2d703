// Waiting on a lane: it ends with what is waited for, or with the work.
#include "core/run_until.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("run until: what is waited for comes, and the rest stays on the lane", "[core]") {
    asio::io_context lane{1};
    int done = 0;
    for (int i = 0; i < 3; ++i)
        asio::post(lane, [&done] { ++done; });
    CHECK(run_until(lane, [&done] { return done == 2; }));
    CHECK(done == 2);
    CHECK(run_until(lane, [&done] { return done == 2; })); // nothing runs for what is there
    CHECK(done == 2);
}

TEST_CASE("run until: a lane that runs dry is told, and not waited on", "[core]") {
    asio::io_context lane{1};
    int done = 0;
    asio::post(lane, [&done] { ++done; });
    CHECK_FALSE(run_until(lane, [&done] { return done == 2; }));
    CHECK(done == 1);
    CHECK_FALSE(run_until(lane, [] { return false; }));
}
