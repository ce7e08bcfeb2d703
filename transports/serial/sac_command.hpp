// The only commands that are ever sent to SAC. What else it understands restarts a VM, kills
// a process or sets an address, without a logon and without a question: there is no way to say it
// here.
#pragma once

#include <string>
#include <string_view>

namespace rdpsweep::serial {

enum class SacCommand {
    list_channels,  // ch
    start_prompt,   // cmd
    switch_channel, // ch -sn NAME
    close_channel,  // ch -cn NAME
    identify,       // id
    clock,          // s, without arguments
    addresses,      // i, without arguments
};

// Returns the command's text. name: of a channel of ours, "Cmd" and digits; anything else than that
// gives an empty text, which is not sent.
std::string text_of(SacCommand command, std::string_view name = {});

} // namespace rdpsweep::serial
