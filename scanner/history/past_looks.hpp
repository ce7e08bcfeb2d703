// Which runs assessed which hosts, so that a run need not be read to find that out.
#pragma once

#include "scanner/history/database.hpp"
#include "scanner/history/known_runs.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace rdpsweep {

class PastLooks {
public:
    // Opens the history of a state directory; nothing where there is none that can be read.
    static std::optional<PastLooks> open(const std::string& state_dir);

    // Tells whether the history has a run as it is stored, with its hosts: of one that was pruned
    // it has the totals. finished: what run.json says.
    bool knows(const std::string& run, std::int64_t finished);

    enum class Look : std::uint8_t { not_there, not_assessed, assessed };

    // Returns how a run that it knows ended for a host; nothing where that cannot be read. uid: as
    // of uid_of().
    std::optional<Look> of(const std::string& run, const std::string& uid);

private:
    PastLooks(Database database, Statement any, Statement ask, KnownRuns runs);

    Database database_;
    Statement any_, ask_;
    KnownRuns runs_;
};

} // namespace rdpsweep
