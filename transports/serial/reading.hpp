// Reads SAC's screens by their structure: prompts, GUIDs, numbers and columns, never a word that a
// translation would change. Pure functions on what a screen shows.
#pragma once

#include "transports/serial/screen.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::serial {

// Tells whether the cursor is behind "SAC>" and nothing was typed.
bool at_sac_prompt(const Screen& screen);

// Tells whether the cursor's row begins with SAC's prompt: what is typed now, SAC gets.
bool typing_to_sac(const Screen& screen);

// Tells whether the cursor is behind "C:\Windows\system32>" or the like.
bool at_shell_prompt(const Screen& screen);

// Tells whether a row begins with the shell's prompt.
bool begins_with_prompt(std::string_view row);

// Returns what was typed behind the last such prompt, without white space (rows wrap); nothing when
// there is none above the cursor.
std::optional<std::string> typed_at_shell(const Screen& screen);

// One row of `ch`: "1 (AV)    Cmd0001".
struct ChannelRow {
    int index = 0;
    bool active = false;
    std::string name;
};

std::optional<ChannelRow> read_channel(std::string_view row);

// The screen between two channels: a name, GUIDs, the keys that lead on.
struct SwitchScreen {
    std::string name;
    bool sac = false;          // of SAC itself, by its application's GUID
    std::uint64_t painted = 0; // stamp of the row with that GUID
};

std::optional<SwitchScreen> read_switch_screen(const Screen& screen);

// Returns the row of the label behind which the cursor is, where one that ends with a colon is
// there, as in the logon dialog.
std::optional<int> at_label(const Screen& screen);

// Returns 14393 of "[Version 10.0.14393]", in any row; 0: none.
std::uint32_t read_build(const Screen& screen);

// What Windows' EMS says of itself when it starts, as XML: free evidence of a machine that
// refused every logon.
struct MachineInfo {
    std::string name;
    std::string build; // digits
};

// Returns the last one in bytes of a port; nothing when there is none.
std::optional<MachineInfo> read_machine_info(std::string_view past);

// Returns 12 of "+12", what our loader says; -1 for another row.
int answer_of(const std::string& row, char sign);

// Returns the highest answer of that sign on the screen.
int highest(const Screen& screen, char sign);

// Tells whether a row of the screen is that line.
bool shows(const Screen& screen, std::string_view line);

// Returns "0xC0000001" in a row; empty: none.
std::string read_status(std::string_view row);

} // namespace rdpsweep::serial
