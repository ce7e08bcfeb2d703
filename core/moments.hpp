// Texts of a host without what differs from one look at it to the next. It is compared with itself,
// so what is its own stays: thumbprints, GUIDs, names, the dates of its certificates.
#pragma once

#include "core/finding.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rdpsweep {

// Returns text with moments replaced: times of day ("2026-11-30T02:00:00Z" is "<time>", a date
// alone stays), process ids ("pid <n>"), durations ("4 min 12 s" is "<duration>") and how many
// events a log has ("<n> events"). Other numbers stay.
std::string without_moments(std::string_view text);

// Returns what a finding says of its host apart from moments: the key of its sentence and its
// evidence, a line each, sorted, each once. Dates of certificates stay, indexes within lists go,
// and so do numbers that are measured anew each time. Arguments of the sentence repeat the evidence
// and are left out.
std::string steady_text(const Finding& finding);

// Returns a number for steady_text() that is equal for equal texts. It is no protection: a host
// that makes two of its texts equal hides a change of its own only, which it could do anyway.
std::uint64_t steady_hash(const Finding& finding);

} // namespace rdpsweep
