// A person's console: which keys are ours, and what may reach the terminal.
#include "scanner/console/keys.hpp"
#include "scanner/console/painter.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

struct Typed {
    std::string sent;
    std::vector<ConsoleAction> actions;
};

Typed type(ConsoleKeys& keys, std::string_view text) {
    Typed typed;
    while (!text.empty()) {
        const auto step = keys.take(text);
        typed.sent += step.send;
        if (step.action != ConsoleAction::none) typed.actions.push_back(step.action);
    }
    return typed;
}

using Actions = std::vector<ConsoleAction>;

} // namespace

TEST_CASE("console keys: all are the VM's but those behind Ctrl-]", "[console]") {
    ConsoleKeys keys(false);
    auto typed = type(keys, "dir\r\x1dsx\x1d]y\x1dn");
    CHECK(typed.sent == "dir\rx\x1dy");
    CHECK(
        typed.actions ==
        Actions{
            ConsoleAction::show_menu,
            ConsoleAction::to_sac,
            ConsoleAction::show_menu,
            ConsoleAction::hide_menu,
            ConsoleAction::show_menu,
            ConsoleAction::hide_menu}
    );
    CHECK(keys.menu().find("NMI") == std::string::npos);
    CHECK(type(keys, "\x1dq").actions.back() == ConsoleAction::leave);
}

TEST_CASE("console keys: NMI and reset need --admin and a yes", "[console]") {
    ConsoleKeys keys(true);
    CHECK(type(keys, "\x1dny").actions.back() == ConsoleAction::nmi);
    CHECK(type(keys, "\x1dnn").actions.back() == ConsoleAction::hide_menu);
    CHECK(type(keys, "\x1dry").actions.back() == ConsoleAction::reset);
    CHECK(type(keys, "\x1dr\r").actions.back() == ConsoleAction::hide_menu);
    CHECK(type(keys, "y").sent == "y");
}

TEST_CASE("console painter: what a VM sends does not reach the terminal as it is", "[console]") {
    serial::Screen screen;
    screen.feed("\x1b]0;evil\x07\x1b]52;c;ZXZpbA==\x07\x1b[6n\x1b[5mhi\xe2\x80\xae there");
    ScreenPainter painter;
    const auto first = painter.paint(screen, "status").str();
    CHECK(first.find("evil") == std::string::npos);
    CHECK(first.find("]52") == std::string::npos);
    CHECK(first.find("[6n") == std::string::npos);
    CHECK(first.find("\xe2\x80\xae") == std::string::npos); // no bidirectional override
    CHECK(first.find("hi") != std::string::npos);
    CHECK(first.find("status") != std::string::npos);
    // Then only what changed.
    screen.feed("\r\nx");
    CHECK(painter.paint(screen, "status").size() < 40);
}
