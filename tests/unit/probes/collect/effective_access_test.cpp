// Tests of the access check and of service SIDs.
#include "probes/collect/sddl.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

std::uint32_t granted(std::string_view sddl, std::uint32_t desired = file_access::read) {
    const auto descriptor = parse_sddl(sddl);
    INFO(sddl);
    REQUIRE(descriptor);
    return effective_access(*descriptor, termservice_sids(), desired);
}

bool readable(std::string_view sddl) {
    return granted(sddl) == file_access::read;
}

} // namespace

TEST_CASE("service_sid: published values", "[collect]") {
    CHECK(
        service_sid("SessionEnv") ==
        "S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833"
    );
    CHECK(
        service_sid("termservice") ==
        "S-1-5-80-446051430-1559341753-4161941529-1950928533-810483104"
    );
}

TEST_CASE("effective_access: the shipped key-file ACLs let TermService read", "[collect]") {
    CHECK(readable("O:SYG:SYD:P(A;;FA;;;SY)(A;;FR;;;NS)(A;;FR;;;BA)"));
    CHECK(readable("O:SYG:SYD:P(A;;0x1f01ff;;;SY)(A;;0x120089;;;S-1-5-20)(A;;0x1f01ff;;;"
                   "S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833)"));
}

TEST_CASE("effective_access: access by way of a group counts", "[collect]") {
    for (const std::string_view sid :
         {"WD",
          "AU",
          "SU",
          "BU",
          "S-1-5-80-446051430-1559341753-4161941529-1950928533-810483104"}) {
        CHECK(readable("O:SYD:(A;;FR;;;" + std::string(sid) + ")"));
    }
    CHECK(granted("O:SYD:(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;IU)(A;;FA;;;CO)(A;;FA;;;LS)") == 0);
}

TEST_CASE("effective_access: grants add up over entries", "[collect]") {
    CHECK(readable("D:(A;;0x20089;;;NS)(A;;0x100000;;;WD)"));
    CHECK(granted("D:(A;;0x20089;;;NS)") == 0x20089);
}

TEST_CASE("effective_access: the first entry that names a bit decides", "[collect]") {
    CHECK_FALSE(readable("D:(D;;FR;;;NS)(A;;FA;;;WD)"));
    CHECK(readable("D:(A;;FR;;;NS)(D;;FA;;;WD)"));
    CHECK(granted("D:(D;;0x1;;;WD)(A;;FR;;;NS)") == (file_access::read & ~1u));
    CHECK(readable("D:(D;;FA;;;BA)(A;;FR;;;NS)"));
}

TEST_CASE("effective_access: entries that only pass to children do not apply", "[collect]") {
    CHECK(granted("D:(A;OIIO;FA;;;NS)") == 0);
    CHECK(readable("D:(D;OICIIO;FA;;;NS)(A;OICI;FR;;;NS)"));
}

TEST_CASE("effective_access: generic rights are a file's", "[collect]") {
    CHECK(readable("D:(A;;GR;;;NS)"));
    CHECK(readable("D:(A;;GA;;;NS)"));
    CHECK_FALSE(readable("D:(A;;GX;;;NS)"));
    CHECK_FALSE(readable("D:(D;;GR;;;NS)(A;;FA;;;NS)"));
    CHECK(granted("D:(A;;FA;;;NS)", 0x10000000) == file_access::all);
}

TEST_CASE("effective_access: conditions never grant and always deny", "[collect]") {
    CHECK(granted("D:(XA;;FR;;;NS;(a==1))") == 0);
    CHECK_FALSE(readable("D:(XD;;FR;;;NS;(a==1))(A;;FR;;;NS)"));
    CHECK_FALSE(readable("D:(OD;;FR;;;NS)(A;;FR;;;NS)"));
}

TEST_CASE("effective_access: a null DACL allows all, an empty one nothing", "[collect]") {
    CHECK(readable("O:SY"));
    CHECK(readable("O:SYD:NO_ACCESS_CONTROL"));
    CHECK(granted("O:SYD:P") == 0);
}

TEST_CASE("effective_access: owners may read the descriptor unless told otherwise", "[collect]") {
    CHECK(granted("O:NSD:") == 0x20000);
    CHECK(granted("O:NSD:(A;;0x1;;;OW)") == 0x1);
    CHECK(granted("O:SYD:(A;;0x1;;;OW)") == 0);
    CHECK(granted("O:NSD:(D;;RC;;;NS)") == 0x20000);
}
