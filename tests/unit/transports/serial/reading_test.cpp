// What is read off the screen, and what is typed to SAC.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/serial/serial_bytes.hpp"

using namespace rdpsweep;
using namespace rdpsweep::serial;
using namespace rdpsweep::serial_test;

TEST_CASE("reading: switch screens, by GUIDs and keys and no words", "[serial]") {
    Screen screen;
    screen.feed(switch_screen);
    auto seen = read_switch_screen(screen);
    REQUIRE(seen);
    CHECK(seen->name == "Cmd0001");
    CHECK_FALSE(seen->sac);
    Screen other;
    other.feed("Anzr\xef\xbc\x9a                 SAC\r\nChannel GUID\xef\xbc\x9a "
               "1dd7b3f0-79cb-11ea-87e3-806e6f6e6963\r\n"
               "X\xef\xbc\x9a 63d02270-8aa4-11d5-bccf-806d6172696f\r\nCerff <esc><tab>0\r\n");
    seen = read_switch_screen(other);
    REQUIRE(seen);
    CHECK(seen->name == "SAC");
    CHECK(seen->sac);
    Screen prompt;
    prompt.feed("63d02270-8aa4-11d5-bccf-806d6172696f\r\nSAC>");
    CHECK_FALSE(read_switch_screen(prompt));
}

TEST_CASE("reading: prompts stand at the cursor", "[serial]") {
    Screen screen;
    screen.feed("SAC>");
    CHECK(at_sac_prompt(screen));
    screen.feed("res");
    CHECK_FALSE(at_sac_prompt(screen));
    CHECK(typing_to_sac(screen));
    Screen shell;
    shell.feed("SAC>old\r\nC:\\Windows\\system32>");
    CHECK(at_shell_prompt(shell));
    CHECK_FALSE(typing_to_sac(shell));
    CHECK(typed_at_shell(shell) == std::string());
    shell.feed("whoami /groups");
    CHECK_FALSE(at_shell_prompt(shell));
    CHECK(typed_at_shell(shell) == "whoami/groups");
    // A line that wraps is one line.
    shell.feed(std::string(70, 'x'));
    CHECK(typed_at_shell(shell) == "whoami/groups" + std::string(70, 'x'));
    shell.feed("\r\nUsername: ");
    CHECK(at_label(shell) == 3);
}

TEST_CASE("reading: channels, versions, codes", "[serial]") {
    const auto row = read_channel(" 1 (AV)    Cmd0001");
    REQUIRE(row);
    CHECK(row->index == 1);
    CHECK(row->active);
    CHECK(row->name == "Cmd0001");
    CHECK_FALSE(read_channel("0 (XV)    SAC"));
    CHECK_FALSE(read_channel("# Status  Channel Name"));
    CHECK_FALSE(read_channel("1 (AV)"));
    Screen screen;
    screen.feed("1.2.3\r\nMicrosoft Windows [Version 10.0.14393]");
    CHECK(read_build(screen) == 14393);
    CHECK(read_status("Failed with status 0xC0000001.") == "0xC0000001");
    CHECK(read_status("0xC1").empty());
}

TEST_CASE("SAC commands: what can be said, and nothing else", "[serial]") {
    CHECK(text_of(SacCommand::list_channels) == "ch");
    CHECK(text_of(SacCommand::switch_channel, "Cmd0003") == "ch -sn Cmd0003");
    for (const auto* name : {"", "Cmd 1", "Cmd1\rrestart", "x;y", "\x1b", "\xe4"})
        CHECK(text_of(SacCommand::close_channel, name).empty());
    const std::set<std::string> all{
        text_of(SacCommand::list_channels),
        text_of(SacCommand::start_prompt),
        text_of(SacCommand::identify),
        text_of(SacCommand::clock),
        text_of(SacCommand::addresses)};
    CHECK(all == std::set<std::string>{"ch", "cmd", "id", "s", "i"});
}

TEST_CASE("logon: whose account it is", "[serial]") {
    CHECK(account_of("CORP\\svc").domain == "CORP");
    CHECK(account_of("CORP\\svc").user == "svc");
    CHECK(account_of(".\\admin").domain.empty());
    CHECK(account_of("svc@corp.example").user == "svc@corp.example");
}

TEST_CASE("reading: what EMS says of itself when Windows starts", "[serial]") {
    const auto info =
        read_machine_info("<machine-info>\r\n<name>old</name></"
                          "machine-info><?xml?><machine-info>\r\n<name>web-01</name>\r\n"
                          "<os-build-number>20348</os-build-number>\r\n</machine-info>");
    REQUIRE(info);
    CHECK(info->name == "web-01");
    CHECK(info->build == "20348");
    CHECK_FALSE(read_machine_info("SAC>"));
    CHECK_FALSE(read_machine_info("<machine-info><name>" + std::string(500, 'x')));
}
