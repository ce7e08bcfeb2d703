// Ansible's connection plug-ins that lead to a way in of ours, and which variables each reads.
#pragma once

#include "scanner/inventory/field.hpp"

#include <array>
#include <span>
#include <string_view>

namespace rdpsweep {

// The variables that a plug-in reads one value from, in the plug-in's own order: the last of them
// that is given holds. Empty names are none.
using VariableNames = std::array<std::string_view, 2>;

struct AnsiblePlugin {
    std::string_view name;  // winrm, psrp or ssh
    std::string_view route; // of ours; empty: the usual one
    VariableNames host;
    VariableNames port;
    Field port_field; // what the port is of
    VariableNames user;
    VariableNames password; // never read; that one is given is said
    VariableNames scheme;
    VariableNames auth;
    VariableNames channel_bindings;
    VariableNames spn_service;
    VariableNames key_file;
};

// A variable that changes how the plug-in connects and that is not taken over.
struct NotTakenOver {
    std::string_view plugin;
    std::string_view name;
    std::string_view harmless; // the value that changes nothing; empty: there is none
    std::string_view instead;  // what rdpsweep has for it
};

// Returns the plug-in that ansible_connection means: its short name, or one within a collection
// (ansible.builtin.winrm). Null for every other connection.
const AnsiblePlugin* find_plugin(std::string_view connection) noexcept;

// Returns one that reads nothing but the address: for ways in that Ansible does not have.
const AnsiblePlugin& address_only() noexcept;

// Tells whether that is Ansible's word for its usual connection, which is ssh.
bool is_usual_connection(std::string_view connection) noexcept;

std::span<const NotTakenOver> not_taken_over() noexcept;

// Tells whether a variable is one that the reader of inventories has a use for.
bool is_connection_variable(std::string_view name) noexcept;

} // namespace rdpsweep
