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
struct PastHost {
    std::string id;                     // Target::id
    std::optional<HostResult> assessed; // as it was last; empty: never, as far as runs are kept
    std::string run;                    // that assessed it
    std::string since;                  // the first run after that one in which it was not assessed
};

class Past {
public:
    virtual ~Past() = default;

    // Calls visit once with each host of ids that an older run has. Error when what is stored
    // cannot be read.
    virtual Status look(
        const std::vector<std::string>& ids, const std::function<void(const PastHost&)>& visit
    ) = 0;
};

} // namespace rdpsweep
