// fix status, pause and abort: what another process does with a plan, and that it stops.
#include "scanner/fix/journal_key.hpp"
#include "scanner/fix/orders.hpp"
#include "scanner/fix/plan_file.hpp"
#include "scanner/fix/status_json.hpp"
#include "scanner/fix/status_text.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

namespace {

int give(const FixOrderOptions& options, FixOrder order) {
    auto plan = load_plan(options.plan);
    if (!plan) return complain(plan.error(), exit_usage);
    auto given = give_order(options.state_dir, plan->id, order);
    // No process may be there to stop; the next one has to see it.
    if (given && order == FixOrder::abort) given = keep_stop(options.state_dir, plan->id, "abort");
    if (!given) return complain(given.error(), exit_failed);
    write_err("rdpsweep: no further VM of the plan is begun; those in flight come to their end\n");
    return exit_ok;
}

} // namespace

int run_fix_status(const FixStatusOptions& options) {
    auto plan = load_plan(options.plan);
    if (!plan) return complain(plan.error(), exit_usage);
    auto entries = Journal::read(options.state_dir, journal_key(*plan));
    if (!entries) return complain(entries.error(), exit_failed);
    const auto text = options.json ? printable_lines(status_json(*plan, *entries))
                                   : show_stages(*plan, *entries, options.with_changes);
    return write_out(text) ? exit_ok : exit_failed;
}

int run_fix_pause(const FixOrderOptions& options) {
    return give(options, FixOrder::pause);
}

int run_fix_abort(const FixOrderOptions& options) {
    return give(options, FixOrder::abort);
}

} // namespace rdpsweep
