// Which algorithms a session asks for.
#pragma once

#include <span>
#include <string>

struct _LIBSSH2_SESSION;

namespace rdpsweep::ssh {

// Asks for ours alone; key_types, wire names of host keys, come first.
void prefer_ours(_LIBSSH2_SESSION* session, std::span<const std::string> key_types);

} // namespace rdpsweep::ssh
