// What the verb diff is asked to do.
#pragma once

#include "scanner/options/talk_options.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

struct DiffOptions {
    TalkOptions talk;
    std::vector<std::string> runs; // B, or A and B
    std::string format = "text";   // one of all_diff_reports()
    std::string output = "-";      // "-" is stdout
    std::string state_dir;
};

} // namespace rdpsweep
