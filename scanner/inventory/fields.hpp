// The table of a target's values: how YAML and CSV call each, how its text is read, and whether it
// may be a default. A new value is a row there and a word in field.hpp. CSV knows it then, and so
// does YAML, unless its section is new: yaml_target.cpp lists those. Ansible and Nmap set single
// fields by hand.
#pragma once

#include "core/target.hpp"
#include "scanner/inventory/field.hpp"
#include "scanner/inventory/field_values.hpp"

#include <span>
#include <string_view>

namespace rdpsweep {

struct FieldRow {
    Field field;
    std::string_view key;    // in YAML, below its maps: "winrm.tls.pin"
    std::string_view column; // in CSV; empty: it has none
    std::string_view called; // in messages; empty: its messages need no name
    Complaint (*read)(std::string_view called, std::string_view text, Target& target);
    // Takes the value over from the defaults. Null: it belongs to one target alone.
    void (*take)(const Target& defaults, Target& target);
};

// Returns the rows in the order of Field, which is that of CSV's columns and of YAML's keys in
// messages.
std::span<const FieldRow> all_fields() noexcept;

// Returns the row with that key, null when there is none.
const FieldRow* find_field(std::string_view key) noexcept;

} // namespace rdpsweep
