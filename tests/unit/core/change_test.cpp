// Changes as they travel to a host, and when two states are the same.
#include "core/change.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

TEST_CASE("change: lines and back", "[fix]") {
    const std::vector<Change> changes{
        {Change::Kind::value, R"(SOFTWARE\A B)", "Name", "absent", "dword:4294967295"},
        {Change::Kind::rights, R"(%ProgramData%\x)", "", "sddl:O:SYD:", "sddl:O:SYD:(A;;FA;;;BA)"},
        {Change::Kind::folder, R"(C:\y)", "", "sddl:D:", "sddl:D:P"},
        {Change::Kind::key, R"(SOFTWARE\A)", "", "sddl:D:", "sddl:D:P"},
        {Change::Kind::account, "TermService", "", "account:S-1-5-18", "account:S-1-5-20"},
        {Change::Kind::task, "rdpsweep-x", R"(SOFTWARE\A)", "absent", "absent"}};
    const auto back = changes_from_lines(to_lines(changes));
    REQUIRE(back);
    CHECK(*back == changes);
    for (const auto* bad : {"value|a|b|c", "value|a|b|c|d|e", "other|a|b|c|d", "x"})
        CHECK_FALSE(changes_from_lines(bad));
}

TEST_CASE("change: resources are named as fixes declare them", "[fix]") {
    CHECK(resource_of({Change::Kind::value, "A\\B", "C", "", ""}) == "registry:HKLM\\A\\B\\C");
    CHECK(resource_of({Change::Kind::rights, "C:\\d", "", "", ""}) == "file:C:\\d");
    CHECK(resource_of({Change::Kind::key, "A\\B", "", "", ""}) == "registry:HKLM\\A\\B");
    CHECK(resource_of({Change::Kind::account, "TermService", "", "", ""}) == "service:TermService");
    CHECK(resource_of({Change::Kind::task, "rdpsweep-x", "A\\B", "", ""}) == "task:rdpsweep-x");
}

TEST_CASE("change: an account is planned by its SID and found with its name", "[fix]") {
    CHECK(state::same("account:S-1-5-18", "account:S-1-5-18:LocalSystem"));
    CHECK(state::same("account:S-1-5-18:LocalSystem", "account:S-1-5-18:LocalSystem"));
    CHECK_FALSE(state::same("account:S-1-5-1", "account:S-1-5-18:LocalSystem"));
    CHECK_FALSE(state::same("account:S-1-5-18:LocalSystem", "account:S-1-5-18"));
    CHECK_FALSE(state::same("account:S-1-5-18:LocalSystem", "account:S-1-5-18:.\\System"));
}

TEST_CASE("change: how much of a key is missing does not matter to what is absent", "[fix]") {
    CHECK(state::same("absent", "absent/3"));
    CHECK(state::same("absent/1", "absent"));
    CHECK(state::same("dword:1", "dword:1"));
    CHECK_FALSE(state::same("absent", "dword:0"));
    CHECK_FALSE(state::same("absent", "absentminded"));
    CHECK_FALSE(state::same("dword:1", "dword:01"));
}
