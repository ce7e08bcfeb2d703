// The options of the verbs of fix.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/option.hpp"
#include "scanner/options/fix_options.hpp"

namespace rdpsweep::cli {

Options fix_plan_options(FixPlanOptions& fix, const CliNames& names);
Options fix_show_options(FixShowOptions& fix, const CliNames& names);
Options fix_apply_options(FixApplyOptions& fix, const CliNames& names);
Options fix_rollback_options(FixApplyOptions& fix, const CliNames& names);
Options fix_status_options(FixStatusOptions& fix, const CliNames& names);
Options fix_order_options(FixOrderOptions& fix, const CliNames& names);
Options fix_approve_options(FixApproveOptions& fix, const CliNames& names);

} // namespace rdpsweep::cli
