// How hosts were before a run, out of the runs that are stored.
#pragma once

#include "reports/changes/older_runs.hpp"

#include <string>

namespace rdpsweep {

class StoredOlderRuns final : public OlderRuns {
public:
    // run: the id of the run before which they were.
    StoredOlderRuns(std::string state_dir, std::string run)
        : state_dir_(std::move(state_dir)), run_(std::move(run)) {}

    // Reads the 30 runs before that one, the newest first, until every host was found: a month of
    // nights. Of a run only records of hosts that are still looked for are parsed. A run that
    // cannot be read is passed over, as if it had been pruned.
    Status look(
        const std::vector<std::string>& ids, const std::function<void(const OlderLook&)>& visit
    ) override;

private:
    std::string state_dir_;
    std::string run_;
};

} // namespace rdpsweep
