// Prints what check found at each host, and returns its exit status.
#include "scanner/run/check_run.hpp"

#include "scanner/run/check_lines.hpp"
#include "scanner/run/verdict_status.hpp"
#include "scanner/talk/talk.hpp"

namespace rdpsweep {

RunTraits CheckRun::traits() const {
    return {
        .visits = VisitKind::check,
        .any_order = true,
        .credential_stopped = "check.credential_stopped",
    };
}

Status CheckRun::started(std::size_t /*index*/, const Target& /*target*/) {
    return {};
}

// A closed stdout is no reason to stop: the exit status tells what came of it, too.
Status CheckRun::finished(const HostResult& host) {
    (void)write_out(check_lines(host));
    return {};
}

Status CheckRun::close(Speaker& /*speaker*/) {
    return {};
}

int CheckRun::status() const {
    const auto& options = setup_.options;
    return verdict_status(setup_.fleet.totals(), options.fail_on, options.max_unassessed);
}

} // namespace rdpsweep
