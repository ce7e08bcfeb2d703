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
          "/tls/ciphers/AES 128/128",
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
          "/os/build/x",
          "/svc/3/start/0",
          "/keys/files/12/sddl/more",
          "/cert/store_sddl/1/0",
          "/os/buildx"}) {
        INFO(pointer);
        CHECK_FALSE(is_in_facts(pointer));
    }
}
