// What a reader has to know of a disk before the findings that were read from it.
#pragma once

#include "core/facts.hpp"
#include "core/finding.hpp"

#include <vector>

namespace rdpsweep {

// Returns what there is to say of the disk: since when its VM is down, which hives and which volume
// cannot be relied on, hibernation, a second Windows. Empty where no disk was read.
std::vector<Message> disk_notes(const Facts& facts);

} // namespace rdpsweep
