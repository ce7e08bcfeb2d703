// What a person's keys mean at a console: nearly all go to the VM; Ctrl-] opens a menu of ours. No
// I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

enum class ConsoleAction : std::uint8_t {
    none,
    show_menu, // Ctrl-]
    hide_menu,
    leave,
    to_sac,    // ESC TAB 0
    ask_nmi,   // sure?
    ask_reset, // sure?
    nmi,
    reset,
};

class ConsoleKeys {
public:
    // admin: whether the menu has what ends Windows at once (--admin).
    explicit ConsoleKeys(bool admin) noexcept : admin_(admin) {}

    struct Step {
        std::string send; // for the VM
        ConsoleAction action = ConsoleAction::none;
    };

    // Takes keys off the front of typed up to the next action, or all.
    Step take(std::string_view& typed);

    // Returns one line, what the menu offers.
    [[nodiscard]] std::string menu() const;

private:
    enum class State : std::uint8_t { typing, menu, sure_of_nmi, sure_of_reset };

    ConsoleAction chosen(char key);

    bool admin_;
    State state_ = State::typing;
};

} // namespace rdpsweep
