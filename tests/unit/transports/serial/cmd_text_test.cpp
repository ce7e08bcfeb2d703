// What cmd.exe's tools print, and what is typed to it.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/serial/serial_bytes.hpp"

using namespace rdpsweep;
using namespace rdpsweep::serial;
using namespace rdpsweep::serial_test;

TEST_CASE("cmd text: reg query, by columns, joined where the screen wrapped", "[serial]") {
    const std::string key = R"(SYSTEM\CurrentControlSet\Control\X)";
    const auto first = "    Long    REG_BINARY    " + std::string(54, 'A');
    const auto read = read_reg(
        {"HKEY_LOCAL_MACHINE\\" + key,
         "    Port Number    REG_DWORD    0xd3d",
         "    (Standard)    REG_SZ    ein Text",
         first,
         "BB",
         "    Empty    REG_SZ",
         "HKEY_LOCAL_MACHINE\\" + key + "\\TLS 1.2",
         "HKEY_LOCAL_MACHINE\\" + key + "\\Server"},
        key
    );
    REQUIRE(first.size() == 80);
    REQUIRE(read);
    REQUIRE(read->values.size() == 4);
    CHECK(read->values[0].name == "Port Number");
    CHECK(read->values[0].type == 4);
    CHECK(read->values[0].text == "0xd3d");
    CHECK(read->values[1].text == "ein Text");
    CHECK(read->values[2].text == std::string(54, 'A') + "BB");
    CHECK(read->values[3].text.empty());
    CHECK(read->subkeys == std::vector<std::string>{"TLS 1.2", "Server"});
    CHECK_FALSE(read_reg({"FEHLER: Der Schluessel wurde nicht gefunden."}, key));
}

TEST_CASE("cmd text: services, listeners and processes, by numbers", "[serial]") {
    const auto state = read_sc(
        {"SERVICE_NAME: TermService",
         "        TYP                : 30  WIN32",
         "        STATUS             : 4  RUNNING",
         "                                (STOPPABLE)",
         "        WIN32_EXITCODE     : 1077  (0x435)",
         "        DIENST_EXITCODE    : 0  (0x0)",
         "        PRUEFPUNKT         : 0x0",
         "        WARTEHINWEIS       : 0x0",
         "        PID                : 812",
         "        FLAGS              :"}
    );
    REQUIRE(state);
    CHECK(state->state == 4);
    CHECK(state->exit == 1077);
    CHECK(state->pid == 812);
    CHECK_FALSE(read_sc({"[SC] EnumQueryServicesStatus:OpenService FAILED 1060:"}));
    const auto found = read_netstat(
        {"  TCP    0.0.0.0:3389           0.0.0.0:0              ABHOEREN        812",
         "  TCP    [::]:3389              [::]:0                 ABHOEREN        812",
         "  TCP    10.0.0.4:3389          10.0.0.9:50211         HERGESTELLT     812",
         "  TCP    0.0.0.0:33890          0.0.0.0:0              ABHOEREN        4",
         "  UDP    0.0.0.0:3389           *:*                                    812"},
        3389
    );
    REQUIRE(found.size() == 2);
    CHECK(found[0].address == "0.0.0.0");
    CHECK(found[1].address == "::");
    CHECK(found[1].pid == 812);
    CHECK(
        read_tasklist({"\"svchost.exe\",\"812\",\"Services\",\"0\",\"12,345 K\""}, 812) ==
        "svchost.exe"
    );
    CHECK_FALSE(read_tasklist({"INFO: none"}, 812));
    CHECK_FALSE(read_tasklist({R"(","812","Services","0","1 K")"}, 812)); // cut off, with no name
    CHECK_FALSE(read_tasklist({R"("","812","Services","0","1 K")"}, 812));
    CHECK(read_tasklist({R"("a","812","Services","0","1 K")"}, 812) == "a");
}

TEST_CASE("cmd text: letters that follow their equal change their case", "[serial]") {
    CHECK(without_doubles("CurrentControlSet") == "CurRentControlSet");
    CHECK(no_equal_neighbours(without_doubles("reg query aaa errorlevel")));
    CHECK(without_doubles("1133") == "1133"); // digits have none: they are typed one by one
}
