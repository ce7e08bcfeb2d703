// What the rules' tests rely on when they follow evidence into the facts.
#include "tests/support/catch.hpp"
#include "tests/unit/probes/rules/facts_schema.hpp"

using namespace rdpsweep::test;

TEST_CASE("facts schema: pointers that lead somewhere, and pointers that do not", "[facts]") {
    for (const auto* pointer :
         {"/svc",
          "/svc/3/start",
          "/listener/ts/drain",
          "/tls/proto/TLS 1.2/server/e",
          "/cert/store/0/not_after",
          "/cert/store_sddl/1",
          "/evt_oldest_utc",
          "/keys/files/12/sddl"}) {
        INFO(pointer);
        CHECK(is_in_facts(pointer));
    }
    for (const auto* pointer :
         {"",
          "svc",
          "/svcx",
          "/svc/x/start",
          "/svc/3/startx",
          "/listener/tsx",
          "/cert/store/0/nott",
          "/tls/proto/TLS 1.2/serverx",
          "/keys/files/12/sddlx",
          "/os/buildx"}) {
        INFO(pointer);
        CHECK_FALSE(is_in_facts(pointer));
    }
}
