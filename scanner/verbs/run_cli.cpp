// From argv to a verb.
#include "scanner/cli/names.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

int run_cli(int argc, char** argv) {
    const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
    const auto line = parse_command_line(args, cli_names());
    if (line.exit) {
        if (*line.exit != exit_ok) {
            write_err(line.text);
            return *line.exit;
        }
        return write_out(line.text) ? exit_ok : exit_failed;
    }
    switch (line.verb) {
    case Verb::scan:
        return run_scan(line.scan);
    case Verb::check:
        return run_check(line.scan);
    case Verb::targets:
        return run_targets(line.targets);
    case Verb::doctor:
        return run_doctor(line.doctor);
    case Verb::console:
        return run_console(line.console);
    case Verb::rules:
        return run_rules(line.rules);
    case Verb::explain:
        return run_explain(line.explain);
    case Verb::audit:
        return run_audit(line.audit);
    case Verb::report:
        return run_report(line.report);
    case Verb::fix_plan:
        return run_fix_plan(line.fix_plan);
    case Verb::fix_show:
        return run_fix_show(line.fix_show);
    case Verb::fix_apply:
        return run_fix_apply(line.fix_apply);
    case Verb::fix_status:
        return run_fix_status(line.fix_apply);
    case Verb::fix_rollback:
        return run_fix_rollback(line.fix_apply);
    case Verb::fix_pause:
        return run_fix_order(line.fix_apply, FixOrder::pause);
    case Verb::fix_abort:
        return run_fix_order(line.fix_apply, FixOrder::abort);
    case Verb::fix_approve:
        return run_fix_approve(line.fix_approve);
    case Verb::none:
        break;
    }
    return exit_usage;
}

} // namespace rdpsweep
