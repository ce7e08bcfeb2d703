// Learns from what the server answers how many it lets in at once.
#include "transports/ssh/doorway.hpp"

#include <algorithm>

namespace rdpsweep::ssh {

Task<Doorway::Pass> Doorway::enter(HostDeadline& deadline) {
    auto place = co_await places_.enter(deadline);
    co_return Pass(*this, std::move(place));
}

void Doorway::narrow() {
    got_in_ = 0;
    ++age_;
    places_.resize(std::max<std::size_t>(1, width() / 2));
}

void Doorway::widen() {
    if (width() == most_ || ++got_in_ < width()) return;
    got_in_ = 0;
    places_.resize(width() + 1);
}

} // namespace rdpsweep::ssh
