// Sums the answers up: all as wanted, the first failure, or something that changed meanwhile.
#include "scanner/fix/change_results.hpp"

#include "core/foreign_text.hpp"

#include <algorithm>

namespace rdpsweep {

bool every(const std::vector<ChangeResult>& results, ChangeResult::Did did) {
    return std::all_of(results.begin(), results.end(), [did](const ChangeResult& result) {
        return result.did == did ||
               (did == ChangeResult::Did::written && result.did == ChangeResult::Did::kept);
    });
}

std::string first_failure(const std::vector<ChangeResult>& results) {
    for (const auto& result : results) {
        if (result.did == ChangeResult::Did::failed) return foreign_text(result.why, 300);
    }
    return "it is neither as planned nor done";
}

std::string reason_for(const ChangeResult& result) {
    if (!result.why.empty()) return foreign_text(result.why, 300);
    return "something changed while it was looked at";
}

bool found_all(
    const std::vector<Change>& changes,
    const std::vector<ChangeResult>& results,
    std::string Change::*state
) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (!state::same(changes[i].*state, results[i].now)) return false;
    }
    return true;
}

bool came_to_nothing(const std::vector<ChangeResult>& results) {
    using Did = ChangeResult::Did;
    bool drifted = false;
    for (const auto& result : results) {
        if (result.did == Did::written || result.did == Did::failed) return false;
        drifted = drifted || result.did == Did::drift;
    }
    return drifted;
}

} // namespace rdpsweep
