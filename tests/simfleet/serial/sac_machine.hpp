// The serial port of one simulated VM: firmware, Windows' Special Administration Console, its
// channels. Bytes and times in, bytes out; no sockets and no clock.
#pragma once

#include "tests/simfleet/serial/sac_channel.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

class SacMachine {
public:
    enum class Stage : std::uint8_t { sac, dialog, shell, program, answering };

    SacMachine(const ChannelSetting& setting, std::uint64_t seed, ConsoleTime now);

    // What it said before anybody came, at most 4 KB of it.
    [[nodiscard]] const std::string& past() const noexcept { return past_; }

    // Keys as they come over the wire.
    void input(std::string_view bytes, ConsoleTime now);

    // What it says until now.
    std::string output(ConsoleTime now);

    // Where a channel that is nobody else's has got to.
    [[nodiscard]] Stage stage() const;

    // What Azure does to a VM from outside: a bugcheck, and a restart.
    void interrupt(ConsoleTime now);

    void reset(ConsoleTime now) { reboot(now); }

    // Channels that were opened over this port and not closed.
    [[nodiscard]] std::size_t left_open() const;

private:
    void fill_past();
    void arrive_as_told();
    void key(char c, ConsoleTime now);
    void to_next_channel();
    void show_switch_screen(std::size_t index);
    void dismiss(ConsoleTime now);
    void sac_key(char c, ConsoleTime now);
    void run(const std::string& line, ConsoleTime now);
    void list_channels();
    void start_prompt(ConsoleTime now);
    void name_channel(std::string_view arguments);
    void say(std::string_view text);
    void turn_page();

    void prompt() { say("SAC>"); }

    void event(std::string_view text);
    void close_dead_channels();
    void reboot(ConsoleTime now);
    void emit(std::string_view bytes);
    void at(ConsoleTime when, std::function<void(ConsoleTime)> what);
    [[nodiscard]] std::string words(std::string_view text) const;
    [[nodiscard]] std::string banner() const;
    [[nodiscard]] std::size_t free_index() const;

    ChannelSetting setting_;
    Dice dice_;
    std::string out_, past_;
    SacGrid sac_;
    std::map<std::size_t, std::unique_ptr<SacChannel>> channels_; // 1 to 9
    std::size_t current_ = 0;
    bool switching_ = false;
    std::size_t target_ = 0; // of the switch screen
    bool escape_ = false;
    std::string typed_;
    unsigned next_name_ = 1;
    std::deque<std::string> held_; // lines of a list, behind the pager
    bool booting_ = false;
    ConsoleTime booting_since_{};
    bool deaf_ = false;   // keys go nowhere
    bool service_ = true; // the one that starts command prompts
    bool rebooted_ = false;
    std::multimap<ConsoleTime, std::function<void(ConsoleTime)>> later_;
};

} // namespace simfleet
