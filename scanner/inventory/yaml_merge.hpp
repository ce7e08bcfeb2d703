// Merge keys of YAML (<<), and what to say about an escape that is none.
#pragma once

#include "scanner/inventory/yaml_tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Adds to a map the entries of what its merge keys name, each a map or a list of maps, whose keys
// it does not have. Of two merge keys the later counts, of a list the earlier map.
std::optional<YamlFault>
merge_entries(YamlNode& node, std::vector<YamlNode> merges, const YamlLimits& limits);

// Returns what to do about a message of libyaml and what it found there; empty: nothing that we
// know.
std::string hint_for_yaml(std::string_view message, std::string_view found);

} // namespace rdpsweep
