// Carries the bytes of one SSH session through another: a channel of the outer session on one side,
// a socket on the other, which the inner session takes for its connection.
#pragma once

#include "transports/ssh/link.hpp"

#include <memory>

struct _LIBSSH2_CHANNEL;

namespace rdpsweep::ssh {

// Starts to carry and returns the inner session's end of a socket pair; -1 when there is none to be
// had. From here on the relay alone uses link and owns channel. It ends when either side does, or
// when link is killed, which its owner must do before what link refers to is destroyed.
int start_relay(
    const asio::any_io_executor& executor, std::shared_ptr<Link> link, _LIBSSH2_CHANNEL* channel
);

} // namespace rdpsweep::ssh
