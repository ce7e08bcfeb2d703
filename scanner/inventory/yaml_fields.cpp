// Finds the fields of a map, and complains about those that nobody knows.
#include "scanner/inventory/yaml_fields.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep {

void YamlPlace::complain(Position at, Mistake mistake) const {
    problems.add(to_text(file, at), std::move(mistake));
}

YamlFields::YamlFields(
    const YamlNode& node,
    std::string_view what,
    const std::vector<std::string_view>& known,
    YamlPlace place
)
    : node_(node), place_(place) {
    if (node.kind != YamlNode::Kind::map) {
        place.complain(
            node.at,
            {std::string(what) + " must be a map, not " + std::string(to_text(node.kind)),
             suggest("", known, "its keys")}
        );
        return;
    }
    for (const auto& entry : node.entries) {
        if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
        place.complain(
            entry.key_at,
            {"unknown key " + in_quotes(entry.key) + " in " + std::string(what),
             suggest(entry.key, known, "known keys")}
        );
    }
}

const YamlNode* YamlFields::find(std::string_view key) const {
    for (const auto& entry : node_.entries) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

std::optional<std::string_view> YamlFields::text(std::string_view key) const {
    const auto* node = find(key);
    if (node == nullptr) return {};
    if (node->kind == YamlNode::Kind::scalar) return node->text;
    place_.complain(
        node->at, {std::string(key) + " must be text, not " + std::string(to_text(node->kind)), ""}
    );
    return {};
}

std::optional<std::vector<std::string>> YamlFields::texts(std::string_view key) const {
    const auto* node = find(key);
    if (node == nullptr) return {};
    if (node->kind == YamlNode::Kind::scalar) return std::vector<std::string>{node->text};
    std::vector<std::string> list;
    for (const auto& item : node->items) {
        if (item.kind == YamlNode::Kind::scalar) list.push_back(item.text);
    }
    if (node->kind == YamlNode::Kind::sequence && list.size() == node->items.size()) return list;
    place_.complain(
        node->at, {std::string(key) + " must be a list of texts", std::string(key) + ": [a, b]"}
    );
    return {};
}

std::optional<std::size_t>
YamlFields::number(std::string_view key, std::size_t low, std::size_t high) const {
    const auto value = text(key);
    if (!value) return {};
    std::size_t number = 0;
    const auto* const end = value->data() + value->size();
    const auto parsed = std::from_chars(value->data(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end && number >= low && number <= high) {
        return number;
    }
    place_.complain(
        find(key)->at,
        {std::string(key) + " must be a number from " + std::to_string(low) + " to " +
             std::to_string(high) + ", not " + in_quotes(*value),
         ""}
    );
    return {};
}

void YamlFields::apply(std::string_view key, const std::function<Complaint(std::string_view)>& set)
    const {
    const auto value = text(key);
    if (!value) return;
    if (auto complaint = set(*value)) place_.complain(find(key)->at, std::move(*complaint));
}

} // namespace rdpsweep
