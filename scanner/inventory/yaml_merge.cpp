// Merges the entries of maps into another, own keys first.
#include "scanner/inventory/yaml_merge.hpp"

#include "scanner/inventory/field_values.hpp"

#include <set>
#include <utility>

namespace rdpsweep {

namespace {

// A map that gets the entries of others, with the keys that it has.
class Merger {
public:
    Merger(YamlNode& node, const YamlLimits& limits) : node_(node), limits_(limits) {
        for (const auto& entry : node.entries)
            known_.insert(entry.key);
    }

    std::optional<YamlFault> merge(YamlNode from, bool in_list = false) {
        if (from.kind == YamlNode::Kind::sequence && !in_list) {
            for (auto& one : from.items) {
                if (auto fault = merge(std::move(one), true)) return fault;
            }
            return {};
        }
        if (from.kind != YamlNode::Kind::map) {
            const auto kind = std::string(to_text(from.kind));
            return YamlFault{
                from.at, {"<< takes a map or a list of maps, not " + kind, "<<: *name"}};
        }
        for (auto& entry : from.entries) {
            if (!known_.insert(entry.key).second) continue;
            if (known_.size() > limits_.keys)
                return YamlFault{node_.at, {"too many keys in one map", ""}};
            node_.entries.push_back(std::move(entry));
        }
        return {};
    }

private:
    YamlNode& node_;
    const YamlLimits& limits_;
    std::set<std::string, std::less<>> known_;
};

} // namespace

std::optional<YamlFault>
merge_entries(YamlNode& node, std::vector<YamlNode> merges, const YamlLimits& limits) {
    if (merges.empty()) return {};
    Merger merger(node, limits);
    for (auto merge = merges.rbegin(); merge != merges.rend(); ++merge) {
        if (auto fault = merger.merge(std::move(*merge))) return fault;
    }
    return {};
}

std::string hint_for_yaml(std::string_view message, std::string_view found) {
    const auto says = [&](std::string_view words) {
        return message.find(words) != std::string_view::npos;
    };
    // Most often it is an account: "CORP\svc".
    if (says("escape") || says("hexdecimal")) return std::string(backslash_hint);
    // Or an address: { address: ::1 }.
    if (says("flow node") && found.starts_with("::"))
        return "put quotes around an address that begins with a colon";
    return {};
}

} // namespace rdpsweep
