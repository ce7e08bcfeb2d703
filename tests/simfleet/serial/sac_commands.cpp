// What SAC does with a line that was typed: its commands, its lists and their pager.
#include "core/text.hpp"
#include "tests/simfleet/serial/sac_machine.hpp"

namespace simfleet {

namespace {

constexpr std::size_t page_lines = 23; // the pager's own is the last of the screen
constexpr std::size_t most_channels = 10;

// What an operator types who must not exist: without a logon each of these does harm.
bool is_destructive(const std::string& line) {
    for (const auto* word : {"restart", "shutdown", "crashdump", "lock", "f", "p"})
        if (line.starts_with(word)) return true;
    for (const auto* word : {"k", "l", "m", "r"})
        if (line == word || line.starts_with(std::string(word) + " ")) return true;
    return line.starts_with("s ") || line.starts_with("i ");
}

} // namespace

using namespace std::chrono_literals;

// Shows what fits on the screen; the pager's line, worded by the simulator, waits below it.
void SacMachine::turn_page() {
    for (std::size_t line = 0; line < page_lines && !held_.empty(); ++line) {
        say(held_.front() + "\r\n");
        held_.pop_front();
    }
    static constexpr const char* waits[] = {
        "----Press <Enter> for more----", "(more: Enter)", "... to be continued"};
    if (!held_.empty()) say(words(waits[dice_.below(3)]));
}

void SacMachine::run(const std::string& line, ConsoleTime now) {
    const auto command = rdpsweep::ascii_lower(rdpsweep::trim(line));
    if (command.empty()) return;
    if (is_destructive(command)) {
        setting_.stats.violation("a destructive command for SAC: " + command.substr(0, 12));
        return;
    }
    if (command == "ch") return list_channels();
    if (command.starts_with("ch ")) return name_channel(rdpsweep::trim(line).substr(3));
    if (command.starts_with("cmd")) return start_prompt(now);
    if (command.starts_with("id")) {
        say(words("Computer name:") + " " + setting_.vm.name + "\r\n" + words("Version:") +
            " 10.0." + std::to_string(setting_.vm.state->build()) + ".1\r\n");
        return;
    }
    if (command == "s") {
        say(words("Date:") + " 11/26/2026 " + words("Time (GMT):") + " 03:00:00:000\r\n");
        return;
    }
    if (command == "i") {
        say("Net: 2, Ip=" + setting_.vm.address + "  Subnet=255.255.255.0\r\n");
        return;
    }
    // Worded by the simulator: no transcript shows it.
    static constexpr const char* unknown[] = {
        "No such command.", "What was that?", "Unknown word."};
    say(words(unknown[dice_.below(3)]) + "\r\n");
}

void SacMachine::list_channels() {
    say(words("Channel List") + "\r\n\r\n" +
        words("(Use \"ch -?\" for information on using channels)") + "\r\n\r\n" +
        words("# Status  Channel Name") + "\r\n0 (AV)    SAC\r\n");
    for (const auto& [index, channel] : channels_)
        say(std::to_string(index) + " (AV)    " + channel->name() + "\r\n");
}

void SacMachine::name_channel(std::string_view arguments) {
    const auto space = arguments.find(' ');
    const auto verb = rdpsweep::ascii_lower(arguments.substr(0, space));
    const auto name = space == std::string_view::npos ? std::string_view()
                                                      : rdpsweep::trim(arguments.substr(space));
    const auto found = std::find_if(channels_.begin(), channels_.end(), [name](const auto& entry) {
        return rdpsweep::iequals(entry.second->name(), name);
    });
    if (verb != "-sn" && verb != "-cn") {
        setting_.stats.violation("a channel named by its number");
        return;
    }
    if (found == channels_.end()) {
        say(words("Error: Could not find a channel with that name.") + "\r\n");
        return;
    }
    if (verb == "-sn") return show_switch_screen(found->first);
    if (found->second->foreign()) {
        setting_.stats.violation("somebody else's channel was closed");
        return;
    }
    channels_.erase(found);
    say(words("The channel was closed.") + "\r\n");
}

void SacMachine::start_prompt(ConsoleTime now) {
    switch (setting_.scene.prompts) {
    case ConsoleScene::Prompts::disabled: {
        static constexpr const char* refusals[] = {
            "Command channels may not be launched here.",
            "The launching of prompts was turned off."};
        say(words(refusals[dice_.below(2)]) + "\r\n");
        return;
    }
    case ConsoleScene::Prompts::status:
        say(words("Error: The SAC Command Console session failed to be created.") + "\r\n" +
            words("Failed with status") + " 0xC0000001.\r\n");
        return;
    case ConsoleScene::Prompts::late:
    case ConsoleScene::Prompts::ok:
        break;
    }
    if (!service_) {
        say(words("Unable to launch a Command Prompt. The service responsible for launching "
                  "Command Prompt channels has timed out.") +
            "\r\n");
        return;
    }
    if (channels_.size() + 1 >= most_channels) {
        say(words("The channel could not be made.") + "\r\n");
        return;
    }
    const auto index = free_index();
    char name[16];
    std::snprintf(name, sizeof name, "Cmd%04u", next_name_++);
    channels_[index] = std::make_unique<SacChannel>(setting_, name, dice_.next(), false);
    const std::string born = name;
    // The line of success may be missing; the event comes before or after the prompt.
    if (dice_.below(3) != 0) {
        say(words("The Command Prompt session was successfully launched.") + "\r\n");
    }
    const auto told = std::chrono::milliseconds(dice_.below(150));
    at(now + told, [this, born](ConsoleTime) {
        event(
            "  " + words("A new channel has been created.  Use \"ch -?\" for channel help.") +
            "\r\n" + words("Channel:") + " " + born
        );
    });
}

} // namespace simfleet
