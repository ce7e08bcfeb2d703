// What the verb report is asked to do.
#pragma once

#include "scanner/options/scan_options.hpp"
#include "scanner/options/talk_options.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace rdpsweep {

struct StoredReportOptions {
    TalkOptions talk;
    std::string run; // id, unique prefix of one, or "last"
    std::vector<ReportRequest> reports;
    std::string state_dir;
    FailOn fail_on;
    std::size_t max_unassessed = 0;
};

} // namespace rdpsweep
