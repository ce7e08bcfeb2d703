// Merges the entries of maps into another, own keys first.
#include "scanner/inventory/yaml_merge.hpp"

#include "scanner/inventory/field_values.hpp"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

std::optional<YamlFault> merge_one(YamlNode& node, YamlNode from, bool in_list) {
    if (from.kind == YamlNode::Kind::sequence && !in_list) {
        for (auto& one : from.items) {
            if (auto fault = merge_one(node, std::move(one), true)) return fault;
        }
        return {};
    }
    if (from.kind != YamlNode::Kind::map) {
        const auto kind = std::string(to_text(from.kind));
        return YamlFault{from.at, {"<< takes a map or a list of maps, not " + kind, "<<: *name"}};
    }
    for (auto& entry : from.entries) {
        const bool known =
            std::any_of(node.entries.begin(), node.entries.end(), [&entry](const auto& own) {
                return own.key == entry.key;
            });
        if (!known) node.entries.push_back(std::move(entry));
    }
    return {};
}

} // namespace

std::optional<YamlFault>
merge_entries(YamlNode& node, std::vector<YamlNode> merges, const YamlLimits& limits) {
    for (auto merge = merges.rbegin(); merge != merges.rend(); ++merge) {
        if (auto fault = merge_one(node, std::move(*merge), false)) return fault;
    }
    if (node.entries.size() <= limits.keys) return {};
    return YamlFault{node.at, {"too many keys in one map", ""}};
}

std::string hint_for_yaml(std::string_view message) {
    // Most often it is an account: "CORP\svc".
    for (const auto* begin :
         {YAML::ErrorMsg::INVALID_ESCAPE,
          YAML::ErrorMsg::INVALID_HEX,
          YAML::ErrorMsg::INVALID_UNICODE}) {
        if (message.starts_with(begin)) return std::string(backslash_hint);
    }
    return {};
}

} // namespace rdpsweep
