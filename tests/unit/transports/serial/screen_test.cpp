// Frames of a WebSocket and the screen that they paint.
#include "tests/simfleet/dice.hpp"
#include "tests/simfleet/serial/sac_grid.hpp"
#include "tests/simfleet/serial/ws_frames.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/transports/serial/serial_bytes.hpp"
#include "transports/net/frame_shim.hpp"
#include "transports/serial/screen.hpp"

using namespace rdpsweep;
using namespace rdpsweep::serial;
using namespace rdpsweep::serial_test;

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
