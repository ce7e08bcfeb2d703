// What an RDP handshake from outside shows, when nothing of the VM's inside is known.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule outside_answer_rule() noexcept;      // OUT.RDP
Rule outside_certificate_rule() noexcept; // OUT.CERT
Rule outside_binding_rule() noexcept;     // OUT.BINDING
Rule outside_name_rule() noexcept;        // OUT.NAME

} // namespace rdpsweep
