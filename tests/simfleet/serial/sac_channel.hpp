// A command channel of SAC: logon dialog, cmd.exe, and what runs in it.
#pragma once

#include "tests/simfleet/dice.hpp"
#include "tests/simfleet/serial/console_program.hpp"
#include "tests/simfleet/serial/console_scene.hpp"
#include "tests/simfleet/serial/sac_grid.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/vm.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace simfleet {

struct ConsoleAccount {
    std::string domain, user, password;
};

// What all channels of one VM share.
struct ChannelSetting {
    const Vm& vm;
    const ConsoleScene& scene;
    Stats& stats;
    const ConsoleAccount& account;
    // A PowerShell that takes the typed lines, for what follows "powershell"; null: the simulated
    // one.
    std::function<std::unique_ptr<ConsoleProgram>(std::string_view arguments)> powershell;
};

class SacChannel {
public:
    // foreign: somebody else's; a key for it is a violation.
    SacChannel(const ChannelSetting& setting, std::string name, std::uint64_t seed, bool foreign);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    [[nodiscard]] const std::string& guid() const noexcept { return guid_; }

    [[nodiscard]] bool foreign() const noexcept { return foreign_; }

    [[nodiscard]] bool closed() const noexcept { return stage_ == Stage::closed; }

    [[nodiscard]] bool shown_yet() const noexcept { return stage_ != Stage::fresh; }

    [[nodiscard]] bool at_dialog() const noexcept { return stage_ < Stage::starting; }

    [[nodiscard]] bool in_program() const noexcept { return program_ != nullptr; }

    [[nodiscard]] bool answering() const { return program_ && program_->answering(); }

    // It is shown: the first time, the dialog begins.
    void show(ConsoleTime now);
    void key(char c, ConsoleTime now);

    // What the wire gets now; shown: it is the one on display.
    std::string paint(ConsoleTime now, bool shown);
    // All of it, as after a switch.
    std::string repaint();

    // What somebody had on it before we came.
    void preset(std::string_view text);

private:
    enum class Stage : std::uint8_t {
        fresh,
        user,
        domain,
        password,
        refused,
        starting,
        shell,
        closed
    };

    [[nodiscard]] bool streams() const;
    void print(std::string_view text);
    void clear_screen();
    [[nodiscard]] std::string words(std::string_view text) const;
    void begin_dialog();
    void prompt();
    void dialog_key(char c, ConsoleTime now);
    void end_field(ConsoleTime now);
    void decide(ConsoleTime now);
    void shell_key(char c, ConsoleTime now);
    void run(std::string line, ConsoleTime now);
    void start_powershell(const std::string& line, const std::string& user, ConsoleTime now);
    void advance(ConsoleTime now);
    void feed_program(ConsoleTime now);
    [[nodiscard]] std::optional<char> arrived(char c);
    void stop_program();

    ChannelSetting setting_;
    std::string name_, guid_;
    Dice dice_;
    bool foreign_;
    Stage stage_ = Stage::fresh;
    SacGrid grid_, painted_;
    std::string stream_;
    int width_;
    std::string typed_; // the line under the cursor
    ConsoleAccount given_;
    ConsoleTime until_{};       // when starting ends
    ConsoleTime eaten_until_{}; // keys before are lost
    ConsoleTime last_time_{}, last_paint_{};
    char last_key_ = 0;
    std::deque<char> ahead_;  // typed while nobody reads
    std::size_t damages_ = 0; // that the line has done
    std::unique_ptr<ConsoleProgram> program_;
};

// Every word another one, colons wide: what a translation might do.
std::string pseudo_translated(std::string_view text);

} // namespace simfleet
