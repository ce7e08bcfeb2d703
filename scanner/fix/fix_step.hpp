// What the fix of a host waits for: the inner state of its machine, finer than the stages that the
// journal keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rdpsweep {

// In the order in which a host that goes well comes through them.
enum class FixStep : std::uint8_t {
    idle,              // for a session, or to be given up
    locking,           // for the lock of the Windows
    making_sure,       // for a look that shows whose Windows it is, begun by an earlier process
    looking_before,    // for the look that the plan is compared with
    asking_before,     // for the RDP handshake from here, as it is before anything is changed
    asking_guard,      // for the cloud's word whether the VM may be touched
    copying_disk,      // for the copy of its disk
    reading_before,    // for the states that are to be changed
    writing_backup,    // for the journal to hold these states
    writing_applying,  // for the journal to say that the script that writes is about to be sent
    applying,          // for what the script wrote
    writing_applied,   // for the journal to say so
    finding_out,       // for the states after a connection that was lost while they were changed
    looking_after,     // for the look that shows whether it helped
    asking_after,      // for the RDP handshake from here that belongs to that look
    writing_restart,   // for the journal to say that TermService is about to restart
    restarting,        // for TermService to restart, as it did not help without
    looking_restarted, // for the look after that restart
    asking_restarted,  // for its handshake from here
    soaking,           // for time to pass while all stays well
    looking_soaked,    // for the look after that time
    asking_soaked,     // for its handshake from here
    writing_undo,      // for the journal to say that the script that undoes is about to be sent
    undoing,           // for what that script put back
    writing_end,       // for the journal to hold how it ended
    count_of_steps,    // none: stays the last
};

inline constexpr auto fix_step_count = static_cast<std::size_t>(FixStep::count_of_steps);

// Returns the step's name; empty for a number that is no step.
std::string_view to_string(FixStep step) noexcept;

} // namespace rdpsweep
