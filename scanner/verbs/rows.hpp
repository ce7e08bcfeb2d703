// A list as a verb shows it: a table for people, or JSON for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace rdpsweep {

// A row has a value for each column, in their order: texts, numbers, true and false.
struct Rows {
    std::string schema; // of the JSON: "rdpsweep.runs/1"
    std::vector<std::string> columns;
    std::vector<std::vector<nlohmann::json>> rows;
};

// Writes them to stdout: as a table, or as {"schema": ..., "rows": [{column: value}]}. Returns the
// exit status.
int show_rows(const Rows& rows, bool json);

} // namespace rdpsweep
