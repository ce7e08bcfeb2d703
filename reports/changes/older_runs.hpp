// How hosts were before the earlier of two runs.
#pragma once

#include "core/outcome.hpp"
#include "core/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// A host that the earlier run did not assess.
struct OlderLook {
    std::string id;                     // as of uid_of()
    std::optional<HostResult> assessed; // as it was last; empty: never, as far as runs are kept
    std::string run;                    // that assessed it
    std::string since; // the first run after that one in which it was not assessed; may be empty
    std::vector<std::string> rules; // that this run judged by; empty: not known
};

class OlderRuns {
public:
    virtual ~OlderRuns() = default;

    // Calls visit once with each host of ids that an older run has. Error when what is stored
    // cannot be read.
    virtual Status look(
        const std::vector<std::string>& ids, const std::function<void(const OlderLook&)>& visit
    ) = 0;
};

} // namespace rdpsweep
