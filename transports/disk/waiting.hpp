// How a wait of a disk's reading ends when there is no time left.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"

namespace rdpsweep::disk {

// Returns Error{run, cancelled} of a run that was ended, else Error{run, timed_out}.
inline Error time_is_over(const HostDeadline& deadline) {
    if (deadline.aborted()) return {Phase::run, Errc::cancelled, "the run ended"};
    return Error(Phase::run, Errc::timed_out, "the disk was not read within the host's time")
        .with_hint("see how long each rung took with `rdpsweep check`, or raise --deadline");
}

} // namespace rdpsweep::disk
