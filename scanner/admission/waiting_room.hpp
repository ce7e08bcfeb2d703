// Coroutines on one executor that wait for something to change.
#pragma once

#include "core/host_deadline.hpp"

#include <list>

namespace rdpsweep {

class WaitingRoom {
public:
    // Waits until wake() is called. False when the deadline passed first.
    Task<bool> wait(HostDeadline& deadline);

    // Wakes everybody; each looks again whether its time has come.
    void wake();

    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

private:
    std::list<asio::steady_timer*> waiting_;
};

} // namespace rdpsweep
