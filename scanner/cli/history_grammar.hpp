// The options of runs and of history.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/option.hpp"
#include "scanner/options/history_options.hpp"

#include <string>

namespace rdpsweep::cli {

Options runs_list_options(RunsOptions& runs, const CliNames& names);
Options runs_show_options(RunsOptions& runs, const CliNames& names);
Options runs_name_options(RunsOptions& runs, const CliNames& names);
Options runs_prune_options(RunsOptions& runs, const CliNames& names);
Options history_runs_options(HistoryOptions& history, const CliNames& names);
Options history_host_options(HistoryOptions& history, const CliNames& names);
Options history_rule_options(HistoryOptions& history, const CliNames& names);
Options history_write_options(HistoryOptions& history, const CliNames& names);
Options history_prune_options(HistoryOptions& history, const CliNames& names);

std::string wrong_runs_name(const RunsOptions& runs);
std::string wrong_runs_prune(const RunsOptions& runs);
std::string wrong_history_prune(const HistoryOptions& history);

} // namespace rdpsweep::cli
