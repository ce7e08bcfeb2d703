// The verbs: each runs one and returns the exit status (scanner/talk/exit_status.hpp).
#pragma once

#include "scanner/cli/options.hpp"
#include "scanner/fix/orders.hpp"

namespace rdpsweep {

int run_scan(const ScanOptions& options);
int run_check(const ScanOptions& options);
int run_report(const ReportOptionsCli& options);
int run_targets(const TargetsOptions& options);
int run_doctor(const DoctorOptions& options);
int run_console(const ConsoleOptions& options);
int run_rules(const RulesOptions& options);
int run_explain(const ExplainOptions& options);
int run_audit(const AuditOptions& options);
int run_fix_plan(const FixPlanOptions& options);
int run_fix_show(const FixShowOptions& options);
int run_fix_apply(const FixApplyOptions& options);
int run_fix_status(const FixApplyOptions& options);
int run_fix_rollback(const FixApplyOptions& options);
int run_fix_order(const FixApplyOptions& options, FixOrder order);
int run_fix_approve(const FixApproveOptions& options);

// Parses the command line and runs its verb. The only caller is main().
int run_cli(int argc, char** argv);

} // namespace rdpsweep
