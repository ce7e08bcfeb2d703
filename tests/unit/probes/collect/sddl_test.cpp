// Tests of the SDDL parser.
#include "probes/collect/sddl.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

SecurityDescriptor parsed(std::string_view text) {
    auto descriptor = parse_sddl(text);
    INFO(text);
    REQUIRE(descriptor);
    return *std::move(descriptor);
}

} // namespace

TEST_CASE("sddl: the healthy MachineKeys folder", "[collect]") {
    const auto sd = parsed("O:SYG:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)");
    CHECK(sd.owner == "S-1-5-18");
    CHECK(sd.group == "S-1-5-18");
    CHECK_FALSE(sd.null_dacl);
    CHECK(
        sd.control ==
        (sd_control::dacl_present | sd_control::dacl_protected | sd_control::dacl_auto_inherited)
    );
    REQUIRE(sd.dacl.size() == 2);
    CHECK(sd.dacl[0].kind == AceKind::allow);
    CHECK(sd.dacl[0].mask == 0x12019F);
    CHECK(sd.dacl[0].sid == "S-1-1-0");
    CHECK(sd.dacl[1].mask == file_access::all);
    CHECK(sd.dacl[1].sid == "S-1-5-32-544");
}

TEST_CASE("sddl: SIDs run into the next section without a separator", "[collect]") {
    const auto sd = parsed("O:S-1-5-32-544G:S-1-5-21-1-2-3-513D:(A;;FR;;;S-1-5-80-1-2-3-4-5)");
    CHECK(sd.owner == "S-1-5-32-544");
    CHECK(sd.group == "S-1-5-21-1-2-3-513");
    REQUIRE(sd.dacl.size() == 1);
    CHECK(sd.dacl[0].sid == "S-1-5-80-1-2-3-4-5");
}

TEST_CASE("sddl: rights as letters, hexadecimal, decimal, octal and nothing", "[collect]") {
    const auto sd = parsed(
        "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;;GRGX;;;SY)(A;;KAKRKW;;;SY)(A;;1179785;;;SY)"
        "(A;;010;;;SY)(A;;;;;SY)(A;;0xFFFFFFFF;;;SY)"
    );
    REQUIRE(sd.dacl.size() == 7);
    CHECK(sd.dacl[0].mask == 0x000F01FF);
    CHECK(sd.dacl[1].mask == 0xA0000000);
    CHECK(sd.dacl[2].mask == 0x000F003F);
    CHECK(sd.dacl[3].mask == file_access::read);
    CHECK(sd.dacl[4].mask == 8);
    CHECK(sd.dacl[5].mask == 0);
    CHECK(sd.dacl[6].mask == 0xFFFFFFFF);
}

TEST_CASE("sddl: aliases; those of a domain stay as they are", "[collect]") {
    const auto sd = parsed("O:DAG:LAD:(A;;FA;;;NS)(A;;FA;;;LS)(A;;FA;;;SU)(A;;FA;;;IU)(A;;FA;;;BU)"
                           "(A;;FA;;;AU)(A;;FA;;;CO)(A;;FA;;;OW)(A;;FA;;;AC)");
    CHECK(sd.owner == "DA");
    CHECK(sd.group == "LA");
    const std::vector<std::string> expected{
        "S-1-5-20",
        "S-1-5-19",
        "S-1-5-6",
        "S-1-5-4",
        "S-1-5-32-545",
        "S-1-5-11",
        "S-1-3-0",
        "S-1-3-4",
        "S-1-15-2-1"};
    REQUIRE(sd.dacl.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(sd.dacl[i].sid == expected[i]);
}

TEST_CASE("sddl: flags and types of entries", "[collect]") {
    const auto sd = parsed(
        "D:ARAI(D;OICIID;FA;;;BG)(OA;CIIO;RP;4c164200-20c0-11d0-a768-00aa006e0529;;RU)"
        "(XA;;FX;;;WD;(@User.Title==\"a) (b\" && (Member_of {SID(BA)})))(XD;NP;FA;;;WD;(a==1))"
        "(ZA;;FA;;;WD;(a==1))"
    );
    REQUIRE(sd.dacl.size() == 5);
    CHECK(sd.dacl[0].kind == AceKind::deny);
    CHECK(sd.dacl[0].flags == 0x13);
    CHECK(sd.dacl[1].object);
    CHECK(sd.dacl[1].flags == (ace_flag::container_inherit | ace_flag::inherit_only));
    CHECK(sd.dacl[2].conditional);
    CHECK(sd.dacl[2].kind == AceKind::allow);
    CHECK(sd.dacl[2].sid == "S-1-1-0");
    CHECK(sd.dacl[3].conditional);
    CHECK(sd.dacl[3].kind == AceKind::deny);
    CHECK((sd.dacl[4].conditional && sd.dacl[4].object));
}

TEST_CASE("sddl: a SACL is skipped wherever it stands", "[collect]") {
    const auto sd = parsed("S:AI(AU;SAFA;FA;;;WD)(RA;;;;;WD;(\"x\",TS,0,\"(\"))D:(A;;FA;;;SY)O:SY");
    CHECK(sd.owner == "S-1-5-18");
    CHECK(sd.dacl.size() == 1);
}

TEST_CASE("sddl: no DACL, a null DACL and an empty one differ", "[collect]") {
    CHECK(parsed("O:SY").null_dacl);
    CHECK(parsed("").null_dacl);
    CHECK(parsed("O:SYD:NO_ACCESS_CONTROL").null_dacl);
    const auto written = parsed("O:SYG:SYD:PAINO_ACCESS_CONTROL"); // as .NET writes it
    CHECK(written.null_dacl);
    CHECK((written.control & sd_control::dacl_protected) != 0);
    CHECK((written.control & sd_control::dacl_auto_inherited) != 0);
    CHECK_FALSE(parsed("O:SYD:").null_dacl);
    CHECK_FALSE(parsed("O:SYD:PS:(AU;SA;FA;;;WD)").null_dacl);
}

TEST_CASE("sddl: malformed text is refused", "[collect]") {
    for (const std::string_view text :
         {"X:SY",
          "O:",
          "O:QQ",
          "O:S-1-",
          "O:S-1-5-",
          "O:S-2-5-18",
          "D:Z",
          "D:(",
          "D:(A;;FA;;;SY",
          "D:(A;;FA;;SY)",
          "D:(Q;;FA;;;SY)",
          "D:(A;XX;FA;;;SY)",
          "D:(A;;F;;;SY)",
          "D:(A;;0x1FFFFFFFF;;;SY)",
          "D:(A;;0x;;;SY)",
          "D:(A;;FA;;;SYX)",
          "D:(A;;FA;;;)",
          "D:(A;;FA;;;SY)D:(A;;FA;;;SY)",
          "D:NO_ACCESS_CONTROL(A;;FA;;;SY)",
          "D:(XA;;FA;;;WD;(a==\"))"}) {
        INFO(text);
        const auto descriptor = parse_sddl(text);
        REQUIRE_FALSE(descriptor);
        CHECK(descriptor.error().phase() == Phase::decode);
        CHECK(descriptor.error().code() == Errc::malformed_output);
    }
}

TEST_CASE("sddl: size is bounded", "[collect]") {
    std::string many = "D:";
    for (std::size_t i = 0; i < max_aces + 1; ++i)
        many += "(A;;FA;;;SY)";
    const auto descriptor = parse_sddl(many);
    REQUIRE_FALSE(descriptor);
    CHECK(descriptor.error().code() == Errc::output_limit);
    CHECK_FALSE(parse_sddl(std::string(max_sddl_bytes + 1, 'D')));
    std::string deep = "D:(XA;;FA;;;WD;" + std::string(60'000, '(');
    CHECK_FALSE(parse_sddl(deep));
}
