// When a plan that is under way waits for a person.
#include "scanner/fix/application.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("application: after which batches it pauses", "[fix]") {
    for (std::size_t batch = 0; batch < 5; ++batch) {
        INFO(batch);
        CHECK(pauses_after(FixApproval::batch, batch, 2));
        CHECK(pauses_after(FixApproval::canary, batch, 2) == (batch == 1)); // the last canary
        CHECK_FALSE(pauses_after(FixApproval::canary, batch, 0));           // there is none
        CHECK_FALSE(pauses_after(FixApproval::none, batch, 2));
    }
}
