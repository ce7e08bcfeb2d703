// Keeps from libfsntfs what it would read beyond: reparse points that are shorter than their kind.
#pragma once

#include <cstddef>
#include <span>

namespace rdpsweep::offline {

// Takes the bytes of one read. Where they are a record of the master file table with a reparse
// point that is too short for its tag, or lies elsewhere, that attribute gets a type without a
// meaning; the record's flags go on saying what the file is.
void guard_record(std::span<std::byte> bytes);

} // namespace rdpsweep::offline
