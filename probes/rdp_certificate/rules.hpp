// Root cause rdp_certificate (article steps 2.1 and 2.2): the certificate RDP presents is expired,
// damaged, missing, or cannot be renewed, also because the disk is full.
#pragma once

#include "probes/rule.hpp"

namespace rdpsweep {

Rule store_acl_rule() noexcept;           // STORE.ACL
Rule certificate_self_rule() noexcept;    // CERT.SELF.VALID
Rule certificate_ca_rule() noexcept;      // CERT.CA.VALID
Rule certificate_pin_rule() noexcept;     // CERT.PIN
Rule certificate_binding_rule() noexcept; // CERT.BINDING
Rule certificate_corrupt_rule() noexcept; // CERT.CORRUPT
Rule disk_full_rule() noexcept;           // DISK.FULL

} // namespace rdpsweep
