// The variables that hold for one host of an Ansible inventory, and what can be read of them.
#pragma once

#include "scanner/inventory/ansible_model.hpp"
#include "scanner/inventory/ansible_plugin.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// Returns the variables of a host by Ansible's precedence: of all, of groups (the last counts
// most), of the host itself.
AnsibleVars
vars_of(const AnsibleFleet& fleet, const AnsibleHost& host, const std::vector<std::string>& groups);

// Returns the value that a plug-in takes: of names the last that is given. Null when none is.
const AnsibleValue* last_given(const AnsibleVars& vars, const VariableNames& names) noexcept;

// Tells whether only Ansible can say what the value is: a template, or something in the vault.
bool needs_ansible(const AnsibleValue& value) noexcept;

// Returns what is wrong with a value that is about to be used: it needs Ansible, or a comment is a
// part of it, as it is behind a text without quotes.
Complaint wrong_value(const AnsibleVars& vars, const AnsibleValue& value);

} // namespace rdpsweep
