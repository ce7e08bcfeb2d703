// Prints what check found at each host, and returns its exit status.
#include "scanner/run/check_run.hpp"

#include "scanner/run/check_lines.hpp"
#include "scanner/run/verdict_status.hpp"

#include <unistd.h>

namespace rdpsweep {

CheckRun::CheckRun(const RunSetup& setup)
    : setup_(setup), out_(standard_output("stdout", STDOUT_FILENO)) {}

// A run that failed is not closed; what became of its hosts is said all the same.
CheckRun::~CheckRun() {
    out_.flush(limits::last_words);
}

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

// A closed stdout is no reason to stop: close() tells of it.
Status CheckRun::finished(const HostResult& host) {
    out_.write(check_lines(host));
    return {};
}

bool CheckRun::may_begin() {
    return !out_.behind(limits::reader_patience);
}

Status CheckRun::close(Speaker& speaker) {
    out_.flush(speaker.patience());
    auto failure = out_.failure();
    if (failure) return *std::move(failure);
    return {};
}

int CheckRun::status() const {
    const auto& options = setup_.options;
    return verdict_status(setup_.fleet.totals(), options.fail_on, options.max_unassessed);
}

} // namespace rdpsweep
