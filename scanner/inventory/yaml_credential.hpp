// Reads a credential from its YAML map: references to secrets, never a secret.
#pragma once

#include "scanner/inventory/inventory.hpp"
#include "scanner/inventory/yaml_tree.hpp"

namespace rdpsweep {

// Reads a credential. entry: the credential's name and its map.
CredentialSpec read_yaml_credential(const YamlEntry& entry, const ReadContext& context);

} // namespace rdpsweep
