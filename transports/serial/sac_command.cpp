// Writes the few commands, and refuses a channel's name that is none.
#include "transports/serial/sac_command.hpp"

#include <algorithm>

namespace rdpsweep::serial {

namespace {

constexpr std::size_t longest_name = 40; // a line of SAC holds 77 characters

// Checks a channel's name, which comes from the VM.
bool is_channel_name(std::string_view name) {
    const auto word = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    return !name.empty() && name.size() <= longest_name &&
           std::all_of(name.begin(), name.end(), word);
}

std::string with_name(std::string_view command, std::string_view name) {
    if (!is_channel_name(name)) return {};
    return std::string(command).append(name);
}

} // namespace

std::string text_of(SacCommand command, std::string_view name) {
    switch (command) {
    case SacCommand::list_channels:
        return "ch";
    case SacCommand::start_prompt:
        return "cmd";
    case SacCommand::switch_channel:
        return with_name("ch -sn ", name);
    case SacCommand::close_channel:
        return with_name("ch -cn ", name);
    case SacCommand::identify:
        return "id";
    case SacCommand::clock:
        return "s";
    case SacCommand::addresses:
        return "i";
    }
    return {};
}

} // namespace rdpsweep::serial
