// What a host that was connected to waits for before the work begins.
#pragma once

#include "core/asio.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"

namespace rdpsweep {

// Belongs to one attempt.
class Arrival {
public:
    virtual ~Arrival() = default;

    // Waits until the host may be worked on; the second call and later ones return what the first
    // did. An Error ends the attempt.
    virtual Task<Status> arrive() = 0;
};

// Says that the attempt's host is connected to. A transport that connects to VMs calls it then,
// before it says a word: hosts that are never reached hold up nobody, and none is shown a
// credential before its turn.
inline Task<Status> arrive(Attempt& attempt) {
    if (attempt.arrival == nullptr) co_return Status();
    co_return co_await attempt.arrival->arrive();
}

} // namespace rdpsweep
