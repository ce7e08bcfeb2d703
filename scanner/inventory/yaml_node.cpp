// Measures and names the values of a YAML tree.
#include "scanner/inventory/yaml_tree.hpp"

namespace rdpsweep {

std::string_view to_text(YamlNode::Kind kind) noexcept {
    switch (kind) {
    case YamlNode::Kind::null:
        return "nothing";
    case YamlNode::Kind::scalar:
        return "text";
    case YamlNode::Kind::sequence:
        return "a list";
    case YamlNode::Kind::map:
        return "a map";
    }
    return "";
}

YamlExtent extent_of(const YamlNode& node) {
    constexpr std::size_t marks = 2; // a comma, or a dash, and a blank
    YamlExtent extent{1, node.text.size() + marks};
    for (const auto& item : node.items)
        extent += extent_of(item);
    for (const auto& entry : node.entries) {
        extent += extent_of(entry.value);
        extent.bytes += entry.key.size() + marks;
    }
    return extent;
}

} // namespace rdpsweep
