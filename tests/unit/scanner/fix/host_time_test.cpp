#include "scanner/fix/host_time.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

// Hosts that took 1, 2, 3 ... minutes, the longest first.
std::vector<std::chrono::milliseconds> hosts(int count) {
    std::vector<std::chrono::milliseconds> took;
    for (int minutes = count; minutes > 0; --minutes)
        took.push_back(std::chrono::minutes(minutes));
    return took;
}

} // namespace

TEST_CASE("host time: one in twenty may take longer", "[fix]") {
    CHECK(likely_host_time(hosts(1), 0s) == 1min);
    CHECK(likely_host_time(hosts(2), 0s) == 2min);
    CHECK(likely_host_time(hosts(19), 0s) == 19min);
    CHECK(likely_host_time(hosts(20), 0s) == 19min);
    CHECK(likely_host_time(hosts(39), 0s) == 38min);
    CHECK(likely_host_time(hosts(40), 0s) == 38min);
    CHECK(likely_host_time(hosts(100), 0s) == 95min);
}

TEST_CASE("host time: never less than the soak and a minute", "[fix]") {
    CHECK(likely_host_time({}, 0s) == 1min);
    CHECK(likely_host_time({}, 5min) == 6min);
    CHECK(likely_host_time(hosts(5), 5min) == 6min);
    CHECK(likely_host_time(hosts(7), 5min) == 7min);
}
