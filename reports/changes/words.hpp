// The words for what became of a host, and of a finding, between two runs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rdpsweep {

// Every host of either run gets exactly one.
enum class HostWord : std::uint8_t {
    joined,              // only the later run has it
    left,                // only the earlier run has it
    became_unassessable, // it was assessed, and no longer could be
    reassessable,        // it could not be assessed, and is again
    still_unassessable,  // neither run assessed it
    skipped,             // the later run left it out on purpose
    rebuilt,             // its Windows is another one by its MachineGuid: nothing is compared
    worse,
    better,
    changed,
    same,
    not_compared, // one run has it, and the other one says nothing by not having it
};

// A finding of a host that both runs judged gets exactly one; what the earlier run found of any
// other host is unverified since.
enum class FindingWord : std::uint8_t {
    fresh, // "new"
    fixed, // assessed as ok now: nothing less counts
    persisting,
    changed_evidence, // the verdict is the same, and what was seen is not
    worsened,
    eased,
    unknown_now,      // judged before; what it needs cannot be read any more
    known_again,      // the other way round
    judged_first,     // the earlier run's version had no such rule
    unverified_since, // found before, and nothing judged it this time
    unchanged,        // nothing was wrong, and nothing is: never listed
};

std::span<const HostWord> all_host_words() noexcept;
std::span<const FindingWord> all_finding_words() noexcept;

// Returns "became_unassessable", "new": as JSON, CSV and labels have them.
std::string_view to_string(HostWord word) noexcept;
std::string_view to_string(FindingWord word) noexcept;

} // namespace rdpsweep
