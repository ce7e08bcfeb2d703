// What earlier processes leave to the guards of a plan: how hosts ended, and which control VMs
// answered. Pure.
#pragma once

#include "scanner/fix/batches.hpp"
#include "scanner/fix/journal.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace rdpsweep {

// Why of a host that was undone because somebody asked for it.
inline constexpr std::string_view undo_asked = "asked for";

// Returns what the end of a host means to the stop rules.
HostEnd end_of(FixStage stage, bool drifted) noexcept;

struct PastEnd {
    std::size_t host; // position in the plan
    HostEnd end;
};

struct PlanPast {
    std::vector<PastEnd> ends;            // in their order; each host once
    std::map<std::string, bool> controls; // by id, before the plan; empty: nobody looked
};

// Returns what counts of a journal: all since a stop was acknowledged last. Hosts that come to
// another end later, as they are gone on with or were undone at wish, do not.
PlanPast past_of(const std::vector<JournalEntry>& entries, std::size_t count);

} // namespace rdpsweep
