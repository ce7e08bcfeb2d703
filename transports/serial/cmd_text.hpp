// What reg, sc, netstat and tasklist print, read by their columns and numbers: their words are
// translated, these are not. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::serial {

using TextRows = std::vector<std::string>;

// One value of `reg query`.
struct RegValue {
    std::string name;
    std::uint32_t type =
        0; // REG_SZ 1, REG_EXPAND_SZ 2, REG_BINARY 3, REG_DWORD 4, REG_MULTI_SZ 7; 0: another
    std::string text; // as reg prints it: 0x1, hex digits, parts joined by \0
};

struct RegKey {
    std::vector<RegValue> values;
    std::vector<std::string> subkeys; // names
};

// Reads `reg query "HKLM\key"`: rows that the screen wrapped are joined. Nothing when the key did
// not show.
std::optional<RegKey> read_reg(const TextRows& rows, std::string_view key);

// Reads `sc queryex NAME`: the numbers of its rows, in their fixed order.
struct ServiceState {
    std::uint32_t state = 0, exit = 0, pid = 0;
};

std::optional<ServiceState> read_sc(const TextRows& rows);

struct Listener {
    std::string address;
    std::uint32_t pid = 0;
};

// Reads `netstat -ano`: which processes listen at port. A listener's other end is port 0.
std::vector<Listener> read_netstat(const TextRows& rows, std::uint16_t port);

// Reads `tasklist /fo csv /nh`: the image's name; nothing when there is no such process.
std::optional<std::string> read_tasklist(const TextRows& rows, std::uint32_t pid);

// Returns a line for cmd in which no letter follows its equal: every second one is a capital, or
// not.
std::string without_doubles(std::string line);

} // namespace rdpsweep::serial
