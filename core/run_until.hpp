// Runs a lane until what is waited for has come, and no longer than there is something to do.
#pragma once

#include "core/asio.hpp"

namespace rdpsweep {

// Runs the lane until done() holds. Returns false when the lane runs dry before: then nothing that
// is left can bring it about, and waiting on would be a loop without end.
template <class Done>
[[nodiscard]] bool run_until(asio::io_context& lane, Done done) {
    while (!done()) {
        if (lane.run_one() == 0) return false;
    }
    return true;
}

} // namespace rdpsweep
