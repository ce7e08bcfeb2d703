// What a night asks of the database and writes into it, as statements that are prepared once.
#pragma once

#include "scanner/history/database.hpp"

namespace rdpsweep {

struct NightStatements {
    Statement find_word, add_word, find_host, add_host, find_text, add_text;
    Statement last_identity, add_identity, add_visit, spans_of, add_span;
};

// Prepares them all.
Result<NightStatements> prepare_night(const Database& database);

} // namespace rdpsweep
