// Options about stored runs and reports, which several verbs share.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/option.hpp"
#include "scanner/options/fail_on_change.hpp"
#include "scanner/options/scan_options.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::cli {

// Returns --state; folder gets the default.
Option state_option(std::string& folder, std::string_view group);

// Returns --audit-file of verbs that run commands on hosts.
Option audit_option(std::string& file, std::string_view group);

// Returns what is wrong with the name of a run; empty: nothing. It stands in last:NAME, so it has
// letters, digits, '.', '_' and '-', and is no word that --rerun knows.
std::string wrong_run_name(std::string_view name);

// Returns --report.
Option
report_option(std::vector<ReportRequest>& reports, const CliNames& names, std::string_view group);

// What decides whether findings and gaps are a failure.
struct Gate {
    FailOn& fail_on;
    std::size_t& max_unassessed;
    std::optional<FailOnChange>* change = nullptr; // of a verb that may know another run
};

// Returns --fail-on and --max-unassessed.
Options gate_options(Gate gate, std::string_view group);

// Returns --fail-on of a verb that knows changes only.
Option fail_on_change_option(std::optional<FailOnChange>& change, std::string_view group);

} // namespace rdpsweep::cli
