// What the error codes of Asio, Beast and OpenSSL mean for a host. Internal to net/.
#pragma once

#include "core/host_deadline.hpp"
#include "core/result.hpp"

namespace rdpsweep::net {

// Tells whether our patience or the host's time was over.
bool is_timeout(const boost::system::error_code& code, const HostDeadline& deadline);

// Tells whether the peer went away.
bool is_disconnect(const boost::system::error_code& code);

// Returns the Error of a failed exchange; sending: the request had not been written completely.
Error http_error(const boost::system::error_code& code, const HostDeadline& deadline, bool sending);

} // namespace rdpsweep::net
