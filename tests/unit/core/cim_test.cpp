#include "core/cim.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("cim: a service's state is the same by word and by number", "[cim]") {
    for (std::uint32_t number = 1; number <= 7; ++number)
        CHECK(cim::service_state(cim::service_state(number)) == number);
    CHECK(cim::service_state("Running") == 4u); // SERVICE_RUNNING, winsvc.h
    CHECK(cim::service_state("running") == 0u);
    CHECK(cim::service_state("") == 0u);
    CHECK(cim::service_state(0u).empty());
    CHECK(cim::service_state(8u).empty());
}
