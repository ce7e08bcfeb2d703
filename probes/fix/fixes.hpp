// Every fix: one function each, in the folder of its cause.
#pragma once

#include "probes/fix/fix.hpp"

#include <array>
#include <string>

namespace rdpsweep {

using Prepared = std::variant<std::vector<Change>, Refusal>;

Fix tls12_fix() noexcept;
Fix tls13_fix() noexcept;
Fix nla_fix() noexcept;
Fix allow_rdp_fix() noexcept;
Fix listener_fix() noexcept;
Fix key_acl_fix() noexcept;
Fix key_folder_fix() noexcept;
Fix unpin_fix() noexcept;
Fix services_fix() noexcept;
Fix renew_fix() noexcept;
Fix store_acl_fix() noexcept;
Fix account_fix() noexcept;
Fix port_fix() noexcept;
Fix port_rule_fix() noexcept;
Fix lan_adapter_fix() noexcept;
Fix gpsvc_fix() noexcept;
Fix ems_fix() noexcept;
Fix dump_fix() noexcept;

} // namespace rdpsweep
