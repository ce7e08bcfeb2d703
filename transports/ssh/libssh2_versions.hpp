// What has other names in libssh2 1.10 (Debian 12) than in 1.11 (Debian 13). Only .cpp files
// include it.
#pragma once

#include <libssh2.h>

namespace rdpsweep::ssh {

// Has libssh2 receive or send through function, which is of the type that LIBSSH2_RECV_FUNC or
// LIBSSH2_SEND_FUNC declares. kind: LIBSSH2_CALLBACK_RECV or LIBSSH2_CALLBACK_SEND.
template <class Function>
void set_callback(LIBSSH2_SESSION* session, int kind, Function* function) {
#if LIBSSH2_VERSION_NUM >= 0x010b01 // 1.11.1 brought the one and deprecated the other
    libssh2_session_callback_set2(session, kind, reinterpret_cast<libssh2_cb_generic*>(function));
#else
    libssh2_session_callback_set(session, kind, reinterpret_cast<void*>(function));
#endif
}

} // namespace rdpsweep::ssh
