// Ids of runs: sorted, they stand as the runs began.
#include "scanner/store/run_id.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("run id: those of one second sort as their runs began", "[store]") {
    const std::chrono::system_clock::time_point second(std::chrono::seconds(1'700'000'000));
    const auto id_after = [&](int milliseconds) {
        return new_run_id(second + std::chrono::milliseconds(milliseconds));
    };
    // More than one try: what follows the time is random, and may sort well by chance.
    for (int turn = 0; turn < 50; ++turn) {
        CHECK(id_after(2) < id_after(10));
        CHECK(id_after(10) < id_after(999));
        CHECK(id_after(999) < id_after(1000));
    }
    CHECK(id_after(7).starts_with("20231114T221320Z-007"));
    CHECK(id_after(7) != id_after(7));
}
