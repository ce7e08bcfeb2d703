// What the hosts of a batch are told to, and when no further one is begun.
#include "scanner/fix/fix_run.hpp"

namespace rdpsweep {

RunTraits FixRun::traits() const {
    return {
        .visits = VisitKind::fix,
        .credential_stopped = "check.credential_stopped",
        .drain = std::chrono::hours(24), // a fix that was begun is brought to its end, or undone
        .fixing = &fixing_,
    };
}

Status FixRun::started(std::size_t /*index*/, const Target& /*target*/) {
    fixing_.started();
    return {};
}

Status FixRun::finished(const HostResult& host) {
    return fixing_.finished(host);
}

bool FixRun::may_begin() {
    return !out_.behind(limits::reader_patience);
}

// Those in flight come to their end.
std::string FixRun::why_no_more() const {
    return fixing_.stop_reason() ? "the plan was stopped" : "";
}

// What fails is told when the plan ends: it is no reason to stop.
Status FixRun::close(Speaker& speaker) {
    out_.flush(speaker.patience());
    return {};
}

// Returns success: the plan itself knows how its hosts ended.
int FixRun::status() const {
    return exit_ok;
}

} // namespace rdpsweep
