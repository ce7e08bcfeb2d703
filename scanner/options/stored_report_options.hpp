// What the verb report is asked to do.
#pragma once

#include "scanner/options/fail_on_change.hpp"
#include "scanner/options/scan_options.hpp"
#include "scanner/options/talk_options.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

struct StoredReportOptions {
    TalkOptions talk;
    std::string run; // id, unique prefix of one, or "last"
    std::vector<ReportRequest> reports;
    std::string state_dir;
    std::string baseline;    // the run it is compared with, or a name; empty: none
    bool since_last = false; // it is compared with the run before it
    FailOn fail_on;
    std::optional<FailOnChange> fail_on_change; // where it is set, the verdicts do not count
    std::size_t max_unassessed = 0;
};

} // namespace rdpsweep
