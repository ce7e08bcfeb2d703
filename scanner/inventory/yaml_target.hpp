// Reads a target, or the defaults of all targets, from its YAML map.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/inventory/yaml_fields.hpp"

namespace rdpsweep {

// Returns a draft with all that could be read; what could not is in the context's problems.
TargetDraft read_yaml_target(const YamlNode& node, const ReadContext& context);

// Reads an entry of jump_hosts: name, address, credential and ssh of a target.
TargetDraft read_yaml_jump_host(const YamlNode& node, const ReadContext& context);

// Reads defaults: like a target, without name, address and vm.
TargetDraft read_yaml_defaults(const YamlNode& node, const ReadContext& context);

// Reads the map under "tags", if there is one.
void read_yaml_tags(const YamlFields& fields, TargetDraft& draft, YamlPlace place);

} // namespace rdpsweep
