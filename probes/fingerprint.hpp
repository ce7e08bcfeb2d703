// What makes two broken hosts the same case: their findings without what is theirs alone.
#pragma once

#include "core/facts.hpp"
#include "core/finding.hpp"

#include <span>
#include <string>
#include <string_view>

namespace rdpsweep {

// Returns the SHA-256 (lower-case hex) over the root cause, the verdict, and of each broken or
// at_risk finding above hygiene the rule, verdict, message key and normalised evidence, in the
// order given. Message arguments do not count: they repeat the evidence.
std::string fingerprint(
    const Facts& facts, Cause root_cause, Verdict verdict, std::span<const Finding> findings
);

// Returns text with identities replaced: times, GUIDs, thumbprints and other hex of 32 digits or
// more, domain SIDs, IP addresses other than wildcard and loopback, process ids after "pid ", and
// the host's own names. Image and service names, protocol names, codes and masks stay.
std::string without_identities(std::string_view text, const Facts& facts);

} // namespace rdpsweep
