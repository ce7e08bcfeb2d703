// The symptom itself: whether a handshake works, and what the event logs say of failures. These
// rules name a cause only when nothing that was read does.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule events_schannel_rule() noexcept;    // EVT.SCHANNEL
Rule events_certificate_rule() noexcept; // EVT.RDPCERT
Rule events_key_audit_rule() noexcept;   // EVT.KEYAUDIT
Rule handshake_rule() noexcept;          // HANDSHAKE

} // namespace rdpsweep
