// fix approve: an approver's signature over a plan.
#include "core/secret.hpp"
#include "core/text.hpp"
#include "scanner/fix/approval.hpp"
#include "scanner/fix/plan_file.hpp"
#include "scanner/fix/plan_origin.hpp"
#include "scanner/store/new_file.hpp"
#include "scanner/system/read_file.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

namespace rdpsweep {

namespace {

constexpr std::size_t most_key = 1 << 20;

} // namespace

// An approver may sit at another machine than the one that has the run: fix apply holds the plan
// against it in any case.
int run_fix_approve(const FixApproveOptions& options) {
    forbid_core_dumps();
    const auto text = read_plan_file(options.plan);
    if (!text) return complain(text.error(), exit_usage);
    const auto plan = read_plan(*text);
    if (!plan) return complain(plan.error(), exit_usage);
    const auto held = hold_against_run(*plan, *text, options.state_dir);
    const bool here = held || held.error().code() != Errc::not_found;
    if (!held && here) return complain(held.error(), exit_usage);
    if (options.key.empty()) {
        write_err("rdpsweep fix: whose approval is it?\n"
                  "  --key FILE names a private Ed25519 key\n");
        return exit_usage;
    }
    const auto key = read_file(options.key, most_key);
    if (!key) return complain(key.error(), exit_usage);
    const auto signature = sign_plan(*text, *key);
    if (!signature) return complain(signature.error(), exit_usage);
    const auto path = options.out.empty() ? options.plan + ".sig" : options.out;
    constexpr mode_t for_readers = 0644;
    auto file = NewFile::beside(path, for_readers);
    auto written = file ? file->write(*signature) : Status(file.error());
    if (written) written = file->publish();
    if (!written) return complain(written.error(), exit_failed);
    if (!here) write_err(not_held_note(*plan, options.state_dir));
    write_err("rdpsweep: signed plan " + printable(plan->id) + ": " + printable(path, 1000) + "\n");
    return exit_ok;
}

} // namespace rdpsweep
