// Grants put into a DACL: what is there stays, in its order.
#include "probes/collect/sddl.hpp"
#include "probes/fix/rights.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace rdpsweep;

namespace {

const std::array wanted{Grant{"S-1-5-18", file_access::all}, Grant{"S-1-5-20", file_access::read}};

} // namespace

TEST_CASE("rights: only what is lacking is added, behind the explicit entries", "[fix]") {
    const auto added = with_grants("O:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)(A;ID;FR;;;BU)", wanted);
    REQUIRE(added);
    CHECK(*added == "O:SYD:PAI(A;;FA;;;SY)(A;;FR;;;BA)(A;;0x120089;;;S-1-5-20)(A;ID;FR;;;BU)");
    CHECK(with_grants(*added, wanted) == added);
}

TEST_CASE("rights: denials of those SIDs go, others stay", "[fix]") {
    const auto cured =
        with_grants("O:SYG:SYD:(D;;FR;;;NS)(D;;FA;;;BG)(A;;FA;;;SY)(A;;FR;;;NS)", wanted);
    REQUIRE(cured);
    CHECK(*cured == "O:SYG:SYD:(D;;FA;;;BG)(A;;FA;;;SY)(A;;FR;;;NS)");
}

// An explicit grant stands before what is inherited, and is decided by first.
TEST_CASE("rights: a denial from above is overruled, not lifted", "[fix]") {
    const auto cured = with_grants("D:(D;ID;FR;;;NS)(A;ID;FA;;;SY)", wanted);
    REQUIRE(cured);
    CHECK(*cured == "D:(A;;0x120089;;;S-1-5-20)(D;ID;FR;;;NS)(A;ID;FA;;;SY)");
}

TEST_CASE("rights: an empty DACL gets its entries, a SACL stays behind", "[fix]") {
    const auto filled = with_grants("O:SYD:PS:(AU;SAFA;FA;;;WD)", wanted);
    REQUIRE(filled);
    CHECK(*filled == "O:SYD:P(A;;0x1f01ff;;;S-1-5-18)(A;;0x120089;;;S-1-5-20)S:(AU;SAFA;FA;;;WD)");
}

TEST_CASE("rights: what cannot be changed safely is refused", "[fix]") {
    for (const auto* sddl :
         {"",
          "O:SY",                                  // no DACL
          "D:NO_ACCESS_CONTROL",                   // a null DACL: everybody may do everything
          "D:(XA;;FR;;;NS;(Member_of {SID(BA)}))", // conditional
          "D:(OA;;FR;00299570-246d-11d0-a768-00aa006e0529;;NS)",
          "D:(A;;FA;;;SY", // torn
          "garbage"}) {
        INFO(sddl);
        CHECK_FALSE(with_grants(sddl, wanted));
    }
}
