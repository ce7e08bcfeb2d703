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

TEST_CASE("rights: a denial is of that SID, those bits and that place, or it stays", "[fix]") {
    constexpr std::array<std::string_view, 2> whom{"S-1-5-20", "S-1-1-0"};
    const auto without = [&](const std::string& sddl, std::uint32_t mask, bool inherited = false) {
        return without_denials(sddl, {whom[0], whom, mask, inherited}).value_or("unclear");
    };
    const std::string grant = "(A;;FA;;;NS)";
    for (const auto* bits : {"0x2", "0x4", "0x6", "0xe", "GA", "GW"}) {
        INFO(bits);
        CHECK(without("D:(D;;" + std::string(bits) + ";;;NS)" + grant, 0x6) == "D:" + grant);
    }
    CHECK(without("D:(D;;0x1;;;NS)" + grant, 0x1) == "D:" + grant);
    for (const auto* entry : {"(D;;0x8;;;NS)", "(D;;GR;;;NS)", "(D;;0x6;;;BG)", "(A;;0x2;;;NS)"}) {
        INFO(entry);
        CHECK(without("D:" + std::string(entry) + grant, 0x6) == "D:" + std::string(entry) + grant);
    }
    CHECK(without("D:(D;ID;0x6;;;NS)" + grant, 0x6, true) == "D:" + grant);
    CHECK(without("D:(D;;0x6;;;NS)" + grant, 0x6, true) == "unclear"); // still denied
    CHECK(without("D:(D;;0x6;;;WD)" + grant, 0x6) == "unclear");       // with others
    CHECK(without("D:(D;;0x6;;;NS)", 0x6) == "unclear");               // and granted by nothing
    CHECK(without("O:SY", 0x6) == "unclear");
}

TEST_CASE("rights: what is handed down is a denial for folders below", "[fix]") {
    constexpr std::array<std::string_view, 1> whom{"S-1-5-18"};
    const Denied explicitly{whom[0], whom, 0x6, false};
    CHECK(hands_down("D:(D;CI;0x6;;;SY)", explicitly));
    CHECK(hands_down("D:(A;;FA;;;SY)(D;OICI;0x2;;;SY)", explicitly));
    CHECK_FALSE(hands_down("D:(D;;0x6;;;SY)", explicitly));
    CHECK_FALSE(hands_down("D:(D;OI;0x6;;;SY)", explicitly));
    CHECK_FALSE(hands_down("D:(D;CI;0x8;;;SY)", explicitly));
    CHECK_FALSE(hands_down("D:(D;CI;0x6;;;WD)", explicitly));
    CHECK_FALSE(hands_down("D:(A;CI;0x6;;;SY)", explicitly));
    CHECK_FALSE(hands_down("D:(D;CIID;0x6;;;SY)", explicitly));
    CHECK_FALSE(hands_down("no descriptor", explicitly));
}
