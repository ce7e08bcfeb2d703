// Writes one run into the history.
#pragma once

#include "scanner/history/database.hpp"
#include "scanner/history/night.hpp"
#include "scanner/store/run_document.hpp"

namespace rdpsweep {

// Appends a run behind all others, in one transaction. night: settled.
Status write_night(Database& database, const RunDocument& run, const Night& night);

} // namespace rdpsweep
