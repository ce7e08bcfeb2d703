// The serial console's layers, each alone: frames, screen, what is read off it, what is typed.
#include "core/inflate.hpp"
#include "tests/simfleet/dice.hpp"
#include "tests/simfleet/serial/sac_grid.hpp"
#include "tests/simfleet/serial/ws_frames.hpp"
#include "tests/support/catch.hpp"
#include "transports/net/frame_shim.hpp"
#include "transports/serial/arm_console.hpp"
#include "transports/serial/cmd_text.hpp"
#include "transports/serial/coding.hpp"
#include "transports/serial/gateway_words.hpp"
#include "transports/serial/logon.hpp"
#include "transports/serial/outcome.hpp"
#include "transports/serial/reading.hpp"
#include "transports/serial/sac_command.hpp"
#include "transports/serial/screen.hpp"
#include "transports/serial/ws_pipe.hpp"

#include <set>

using namespace rdpsweep;
using namespace rdpsweep::serial;

namespace {

// A shim's output for bytes that come in pieces of that size.
std::string shimmed(const std::string& bytes, std::size_t piece) {
    net::FrameShim shim;
    auto out = bytes;
    for (std::size_t at = 0; at < out.size(); at += piece)
        shim.pass(out.data() + at, std::min(piece, out.size() - at));
    return out;
}

const std::string accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

// As a public transcript of Yandex Cloud has it (the guide to SAC of a Windows VM).
const std::string switch_screen =
    "\x1b[2J\x1b[1;1HName:                  Cmd0001\r\n"
    "Description:           Command\r\n"
    "Type:                  VT-UTF8\r\n"
    "Channel GUID:          e203fb79-d80d-11ea-87e3-c2679e14957d\r\n"
    "Application Type GUID: 63d02271-8aa4-11d5-bccf-00b0d014a2d0\r\n\r\n"
    "Press <esc><tab> for next channel.\r\n"
    "Press <esc><tab>0 to return to the SAC channel.\r\n"
    "Use any other key to view this channel.\r\n";

} // namespace

TEST_CASE("frame shim: text frames become binary, whatever else stays", "[serial]") {
    using simfleet::ws_frame;
    using simfleet::WsOpcode;
    const auto frames = ws_frame(
                            WsOpcode::text,
                            "a\xff"
                            "b"
                        ) +
                        ws_frame(WsOpcode::ping, "\x81\x81") +
                        ws_frame(WsOpcode::text, std::string(300, '\x81'), false) +
                        ws_frame(WsOpcode::continuation, std::string(70'000, '\x81')) +
                        ws_frame(WsOpcode::text, "") + ws_frame(WsOpcode::close, "\x03\xe8");
    const auto wanted = ws_frame(
                            WsOpcode::binary,
                            "a\xff"
                            "b"
                        ) +
                        ws_frame(WsOpcode::ping, "\x81\x81") +
                        ws_frame(WsOpcode::binary, std::string(300, '\x81'), false) +
                        ws_frame(WsOpcode::continuation, std::string(70'000, '\x81')) +
                        ws_frame(WsOpcode::binary, "") + ws_frame(WsOpcode::close, "\x03\xe8");
    for (const std::size_t piece : {1u, 2u, 7u, 1000u, 100'000u}) {
        CHECK(shimmed(accepted + frames, piece) == accepted + wanted);
    }
    const std::string refused = "HTTP/1.1 403 Forbidden\r\n\r\n\x81\x01x";
    CHECK(shimmed(refused, 3) == refused);
}

TEST_CASE(
    "screen: what a painter of differences or of whole screens sends is seen as meant", "[serial]"
) {
    simfleet::Dice dice(7);
    simfleet::SacGrid grid;
    simfleet::SacGrid before;
    Screen screen;
    const auto same = [&] {
        for (int row = 0; row < screen_rows; ++row)
            if (screen.row(row) != grid.line(row)) return false;
        return screen.cursor_row() == grid.row() && screen.cursor_column() == grid.column();
    };
    for (int turn = 0; turn < 2000; ++turn) {
        std::string text;
        for (auto left = dice.below(120); left > 0; --left)
            text += static_cast<char>(dice.below(6) == 0 ? ' ' : 'a' + dice.below(26));
        if (dice.below(3) == 0) text += "\r\n";
        if (dice.below(9) == 0) text += "\b\b";
        if (dice.below(50) == 0) grid.clear();
        grid.put(text);
        const bool whole = dice.below(20) == 0;
        screen.feed(whole ? grid.full_paint() : grid.changes_since(before));
        before = grid;
        REQUIRE(same());
    }
    CHECK(screen.addressed());
}

TEST_CASE("screen: bytes cut anywhere, NUL, bytes that are no UTF-8, titles", "[serial]") {
    const std::string bytes = std::string("\0C:\\Win\xff", 8) +
                              std::string("\0dows>\x1b]0;title\x07", 16) +
                              "\x1b[3;5Hzw\xc3\xa4lf\xe4\xbd";
    for (std::size_t piece = 1; piece < 9; ++piece) {
        Screen screen;
        for (std::size_t at = 0; at < bytes.size(); at += piece)
            screen.feed(std::string_view(bytes).substr(at, piece));
        CHECK(screen.row(0) == "C:\\Windows>");
        CHECK(screen.row(2) == "    zw\xc3\xa4lf");
        CHECK(screen.cursor_column() == 9);
        CHECK(screen.addressed());
    }
}

TEST_CASE("screen: rows know when they were painted, also when they scroll", "[serial]") {
    Screen screen;
    screen.feed("old\r\n");
    const auto then = screen.stamp();
    screen.feed("new\r\n");
    CHECK(screen.painted(0) <= then);
    CHECK(screen.painted(1) > then);
    for (int i = 0; i < 22; ++i)
        screen.feed("\r\n");
    CHECK(screen.row(0) == "new"); // "old" has scrolled away
    CHECK(screen.painted(0) == then + 1);
}

TEST_CASE("screen: what strangers send does not break it", "[serial]") {
    simfleet::Dice dice(3);
    Screen screen;
    for (int turn = 0; turn < 3000; ++turn) {
        std::string bytes;
        for (auto left = dice.below(60); left > 0; --left) {
            static constexpr std::string_view telling =
                "\x1b[;?0123456789HJKmhlrSTLMPX@\x9b\x90\r\n\t\b\x07";
            bytes += dice.below(2) == 0 ? static_cast<char>(dice.below(256))
                                        : telling[dice.below(telling.size())];
        }
        screen.feed(bytes);
        CHECK(screen.cursor_row() < screen_rows);
        CHECK(screen.cursor_column() <= screen_columns);
    }
    CHECK(screen.dump().size() <= 24 * 81 * 6);
}

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

TEST_CASE("coding: no key follows its equal, and every value comes back", "[serial]") {
    simfleet::Dice dice(11);
    const auto symbols = std::string(alphabet());
    CHECK(std::set<char>(symbols.begin(), symbols.end()).size() == 65);
    for (int turn = 0; turn < 500; ++turn) {
        std::vector<std::uint8_t> values;
        for (auto left = 1 + dice.below(57); left > 0; --left)
            values.push_back(static_cast<std::uint8_t>(dice.below(3) == 0 ? dice.below(64) : 63));
        const auto line = coded_line(values);
        CHECK(no_equal_neighbours(line));
        CHECK(line.size() == values.size() + 4);
        CHECK(line.size() <= 64);
        std::size_t before = 0;
        for (std::size_t at = 0; at < values.size(); ++at) {
            const auto place = symbols.find(line[at + 1]);
            CHECK((place + 65 - before - 1) % 65 == values[at]);
            before = place;
        }
    }
    for (const auto& line : letter_lines(std::string(500, '\xff') + "aa")) {
        CHECK(no_equal_neighbours(line));
        CHECK(line.starts_with('#'));
        CHECK(line.size() <= 64);
    }
    const std::string text(10'000, 'x');
    for (const auto& line : transfer_lines(text, 60))
        CHECK((no_equal_neighbours(line) && line.size() <= 64));
}

TEST_CASE("coding: rows of a page, whole or not at all", "[serial]") {
    const auto row = [](const std::string& body) {
        unsigned low = 0;
        unsigned high = 0;
        for (const char c : body) {
            low = (low + static_cast<unsigned char>(c)) % 255;
            high = (high + low) % 255;
        }
        char check[8];
        std::snprintf(check, sizeof check, "%02x%02x", high, low);
        return "~" + body + check + "~";
    };
    const auto good = read_page_row(row("BcQUJD"));
    REQUIRE(good);
    CHECK(good->page == 'B');
    CHECK(good->row == 2);
    CHECK(good->text == "QUJD");
    auto bad = row("BcQUJD");
    bad[4] = 'R';
    CHECK_FALSE(read_page_row(bad));
    CHECK_FALSE(read_page_row("~~"));
    CHECK_FALSE(read_page_row(row("Bz")));
    const auto last = read_page_row(row("B=070000123" + std::string(16, 'a')));
    REQUIRE(last);
    const auto end = read_page_end(*last);
    REQUIRE(end);
    CHECK(end->rows == 7);
    CHECK_FALSE(end->more);
    CHECK(end->bytes == 123);
    CHECK_FALSE(read_page_end(*good));
}

TEST_CASE("deflate: what is packed comes back", "[serial]") {
    for (const auto& text : {std::string(), std::string("x"), std::string(100'000, 'q')})
        CHECK(inflate_raw(deflate_raw(text), 1u << 20) == text);
}

TEST_CASE("gateway words: a silent port stays silent", "[serial]") {
    const std::string words = "Connecting...\r\n+----+\r\n| Connected |\r\n+----+\r\n";
    for (std::size_t piece = 1; piece < 20; ++piece) {
        GatewayWords gateway;
        std::string left;
        for (const auto& bytes : {words + "\r\nSAC>", std::string("| of the VM's")}) {
            for (std::size_t at = 0; at < bytes.size(); at += piece)
                left += gateway.pass(std::string_view(bytes).substr(at, piece));
        }
        CHECK(left.substr(left.find_first_not_of("\r\n")) == "SAC>| of the VM's");
    }
    GatewayWords quiet;
    CHECK(quiet.pass(words).empty());
}

TEST_CASE("gateway: our token goes to Azure's hosts alone", "[serial]") {
    const std::vector<std::string> suffixes{"serialconsole.azure.com"};
    const auto good = read_gateway(
        "wss://eastus.gateway.serialconsole.azure.com/n/connector/c/sessions/1/client", suffixes
    );
    REQUIRE(good);
    CHECK(good->host == "eastus.gateway.serialconsole.azure.com");
    CHECK(good->port == 443);
    CHECK(good->path == "/n/connector/c/sessions/1/client");
    for (const auto* address :
         {"ws://eastus.gateway.serialconsole.azure.com/x",
          "https://a.serialconsole.azure.com/x",
          "wss://evil.example/x",
          "wss://serialconsole.azure.com.evil.example/x",
          "wss://evilserialconsole.azure.com/x",
          "wss://a.serialconsole.azure.com@evil.example/x",
          "wss://evil.example#.serialconsole.azure.com/x",
          "wss://evil.example\\.serialconsole.azure.com/x",
          "wss://a.serialconsole.azure.com:0/x",
          "wss://a.serialconsole.azure.com:99999/x",
          "wss://",
          ""}) {
        CAPTURE(address);
        CHECK_FALSE(read_gateway(address, suffixes));
    }
    CHECK_FALSE(read_gateway("wss://a.serialconsole.azure.com/x", {}));
}

TEST_CASE("connect: what a refusal means, by status, code and only then words", "[serial]") {
    const auto outcome = [](unsigned status, const std::string& body, bool custom = false) {
        azure::RestAnswer answer;
        answer.status = status;
        answer.body = body;
        const auto native = std::string(connect_refused(answer, custom).native());
        return native.substr(0, native.find(','));
    };
    CHECK(
        outcome(
            403,
            R"({"error":{"code":"AuthorizationFailed","message":"boot diagnostics storage account"}})"
        ) == "rbac_denied"
    );
    CHECK(
        outcome(403, R"({"error":{"code":"X","message":"a storage account's firewall"}})") ==
        "storage_firewall"
    );
    CHECK(outcome(403, "", true) == "storage_firewall");
    CHECK(outcome(403, "") == "rbac_denied");
    CHECK(
        outcome(400, R"({"code":"BadRequest","message":"Boot Diagnostics must be enabled"})") ==
        "bootdiag_disabled"
    );
    CHECK(
        outcome(400, R"({"code":"BadRequest","message":"the storage account is gone"})") ==
        "storage_bad"
    );
    CHECK(
        outcome(409, R"({"error":{"message":"requires a virtual machine to be running"}})") ==
        "vm_not_running"
    );
    CHECK(outcome(504, "<html>") == "service_timeout");
}

TEST_CASE("closes: distrust, preemption, a service that is not there", "[serial]") {
    CHECK(meaning_of_close(1011, "Connection not trusted", false) == ConsoleOutcome::auth_rejected);
    CHECK(meaning_of_close(1008, "", false) == ConsoleOutcome::auth_rejected);
    CHECK(meaning_of_close(4002, "", false) == ConsoleOutcome::service_timeout);
    CHECK(meaning_of_close(1006, "", true) == ConsoleOutcome::session_preempted);
    CHECK(meaning_of_close(1000, "", true) == ConsoleOutcome::session_preempted);
}

TEST_CASE("outcomes: each has a name, a hint and an error", "[serial]") {
    std::set<std::string> names;
    for (const auto outcome : all_console_outcomes()) {
        names.insert(std::string(to_string(outcome)));
        if (outcome == ConsoleOutcome::ok) continue;
        CHECK_FALSE(hint_of(outcome).empty());
        const auto error = console_error(outcome, {}, "HTTP 403");
        CHECK(error.native() == std::string(to_string(outcome)) + ", HTTP 403");
        CHECK_FALSE(error.detail().empty());
    }
    CHECK(names.size() == all_console_outcomes().size());
    // A refused logon is never tried again.
    CHECK_FALSE(console_error(ConsoleOutcome::auth_failed).retryable());
    CHECK_FALSE(console_error(ConsoleOutcome::session_preempted).retryable());
}

TEST_CASE("logon: whose account it is", "[serial]") {
    CHECK(account_of("CORP\\svc").domain == "CORP");
    CHECK(account_of("CORP\\svc").user == "svc");
    CHECK(account_of(".\\admin").domain.empty());
    CHECK(account_of("svc@corp.example").user == "svc@corp.example");
}

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
