// Holds the state of the menu between one key and the next.
#include "scanner/console/keys.hpp"

namespace rdpsweep {

namespace {

constexpr char menu_key = '\x1d'; // Ctrl-], as of telnet and az serial-console

} // namespace

std::string ConsoleKeys::menu() const {
    std::string text = "q leave   s to SAC   ] send Ctrl-]";
    if (admin_) text += "   n NMI   r reset";
    return text + "   any other key: back";
}

ConsoleAction ConsoleKeys::chosen(char key) {
    switch (state_) {
    case State::sure_of_nmi:
        state_ = State::typing;
        return key == 'y' ? ConsoleAction::nmi : ConsoleAction::hide_menu;
    case State::sure_of_reset:
        state_ = State::typing;
        return key == 'y' ? ConsoleAction::reset : ConsoleAction::hide_menu;
    case State::typing:
    case State::menu:
        break;
    }
    state_ = State::typing;
    if (key == 'q') return ConsoleAction::leave;
    if (key == 's') return ConsoleAction::to_sac;
    if (!admin_) return ConsoleAction::hide_menu;
    if (key == 'n') {
        state_ = State::sure_of_nmi;
        return ConsoleAction::ask_nmi;
    }
    if (key == 'r') {
        state_ = State::sure_of_reset;
        return ConsoleAction::ask_reset;
    }
    return ConsoleAction::hide_menu;
}

ConsoleKeys::Step ConsoleKeys::take(std::string_view& typed) {
    Step step;
    while (!typed.empty()) {
        const char key = typed.front();
        typed.remove_prefix(1);
        if (state_ != State::typing) {
            const bool literally = state_ == State::menu && key == ']';
            step.action = chosen(key);
            if (literally) step.send += menu_key;
            return step;
        }
        if (key == menu_key) {
            state_ = State::menu;
            step.action = ConsoleAction::show_menu;
            return step;
        }
        step.send += key;
    }
    return step;
}

} // namespace rdpsweep
