// What a verb says of a stored run that is damaged.
#pragma once

#include "scanner/store/run_store.hpp"

namespace rdpsweep {

// Says on stderr how many records the last for_each() could not read; nothing where there are none.
void tell_of_damage(const StoredRun& run);

} // namespace rdpsweep
