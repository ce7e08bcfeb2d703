// What the verb diff is asked to do.
#pragma once

#include "scanner/options/fail_on_change.hpp"
#include "scanner/options/talk_options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

struct DiffOptions {
    TalkOptions talk;
    std::vector<std::string> runs; // B, or A and B
    std::string format = "text";   // one of all_diff_reports()
    std::string out = "-";         // "-" is stdout
    std::string state_dir;
    std::optional<FailOnChange> fail_on; // empty: no change is a failure
};

} // namespace rdpsweep
