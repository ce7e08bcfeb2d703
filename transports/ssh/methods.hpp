// Tells libssh2 which algorithms to offer.
#pragma once

#include "transports/ssh/algorithms.hpp"

#include <span>

struct _LIBSSH2_SESSION;

namespace rdpsweep::ssh {

// Has the session offer what we choose of this libssh2's own, and returns it. The types of key that
// we know of the host come first, so that it serves one that can be compared.
Algorithms prefer_algorithms(_LIBSSH2_SESSION* session, std::span<const std::string> key_types);

} // namespace rdpsweep::ssh
