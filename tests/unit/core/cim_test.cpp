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

TEST_CASE("cim: an instance takes its parts and its text, embedded ones too", "[cim]") {
    cim::Instance inner{"In", {}};
    CHECK(cim::bytes_of(inner) == sizeof(cim::Instance) + 2);
    cim::Instance outer{"", {}};
    cim::Value value;
    value.texts = {"12", "345"};
    value.objects.push_back(inner);
    outer.properties.emplace_back("Name", value);
    using Property = std::pair<std::string, cim::Value>;
    CHECK(
        cim::bytes_of(outer) == sizeof(cim::Instance) + sizeof(Property) + 4 +
                                    2 * sizeof(std::string) + 5 + sizeof(cim::Instance) + 2
    );
}
