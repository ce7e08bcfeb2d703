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

    // Goes back run by run until every host was found, and reads 30 of them at most. A run of which
    // the history says that it assessed none of the hosts is not read, and not counted. Of others
    // only records of hosts that are still looked for are parsed. One that cannot be read is passed
    // over, as if it had been pruned.
    Status look(
        const std::vector<std::string>& ids, const std::function<void(const OlderLook&)>& visit
    ) override;

private:
    std::string state_dir_;
    std::string run_;
};

} // namespace rdpsweep
