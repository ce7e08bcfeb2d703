// Root cause listener_security (article offline step 4): RDP is denied, the listener is switched
// off, its security settings cannot be agreed on with a client, or NLA lets nobody in.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule rdp_denied_rule() noexcept;     // RDP.DENIED
Rule rdp_listener_rule() noexcept;   // RDP.LISTENER
Rule security_layer_rule() noexcept; // SEC.LAYER
Rule nla_credssp_rule() noexcept;    // NLA.CREDSSP
Rule nla_channel_rule() noexcept;    // NLA.CHANNEL

} // namespace rdpsweep
