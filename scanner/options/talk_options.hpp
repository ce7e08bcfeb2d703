// How rdpsweep talks to its user; shared by all verbs.
#pragma once

#include "core/log.hpp"

#include <cstdint>
#include <string>

namespace rdpsweep {

enum class Color : std::uint8_t { automatic, always, never };

// How rdpsweep talks to its user; shared by all verbs.
struct TalkOptions {
    Color color = Color::automatic;
    std::string lang = "en";
    bool quiet = false;                  // -q: no progress and no advice, errors only
    int verbose = 0;                     // how often -v was given
    std::string log_file;                // empty: no log; "-": stderr
    LogLevel log_level = LogLevel::info; // --log-level; -v raises it to debug
};

} // namespace rdpsweep
