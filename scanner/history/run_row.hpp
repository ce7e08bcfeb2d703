// What the history says of a run as a whole.
#pragma once

#include "scanner/history/database.hpp"
#include "scanner/history/night.hpp"
#include "scanner/store/run_document.hpp"

#include <cstdint>

namespace rdpsweep {

// Inserts the run; its number is last_id() then.
Status add_run(Database& database, const RunDocument& document);

// Notes in it how many words, hosts and texts there are now.
Status mark(Database& database, std::int64_t run);

// Inserts its totals, by outcome, verdict and cause.
Status
add_totals(Database& database, std::int64_t run, const RunDocument& document, const Night& night);

} // namespace rdpsweep
