// A target in YAML: its own keys, and one map for each section of the table of fields.
#include "scanner/inventory/yaml_target.hpp"

#include "core/text.hpp"
#include "scanner/inventory/fields.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace rdpsweep {

namespace {

// Sets the field from the text below the key.
void apply(const YamlFields& fields, std::string_view key, Field field, TargetDraft& draft) {
    fields.apply(key, [&](std::string_view text) { return set_field(draft, field, text); });
}

// Returns the keys that the table has in a section, each once: of "winrm" port, scheme, ..., tls.
std::vector<std::string_view> keys_in(std::string_view section) {
    std::vector<std::string_view> keys;
    for (const auto& row : all_fields()) {
        if (!row.key.starts_with(section) || row.key.size() <= section.size()) continue;
        if (row.key[section.size()] != '.') continue;
        const auto rest = row.key.substr(section.size() + 1);
        const auto key = rest.substr(0, rest.find('.'));
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
    return keys;
}

// Reads the map of a section of the table, and the maps within it: "winrm", "winrm.tls".
void read_section(
    const YamlNode& node, const std::string& section, TargetDraft& draft, YamlPlace place
) {
    const auto keys = keys_in(section);
    const auto what = section.substr(section.rfind('.') + 1);
    const YamlFields fields(node, what, keys, place);
    for (const auto key : keys) {
        const auto* value = fields.find(key);
        if (value == nullptr) continue;
        const auto path = section + '.' + std::string(key);
        if (const auto* row = find_field(path)) {
            apply(fields, key, row->field, draft);
        } else {
            read_section(*value, path, draft, place);
        }
    }
}

// Reads where a disk is. A SAS itself is not shown again.
void read_disk(const YamlNode& node, TargetDraft& draft, YamlPlace place) {
    for (const auto& [key, key_at, value] : node.entries) {
        if (key != "sas" || value.kind != YamlNode::Kind::scalar) continue;
        place.complain(value.at, literal_sas());
        return;
    }
    read_section(node, "disk", draft, place);
}

// Reads what a target and the defaults have in common.
void read_shared(
    const YamlFields& fields, TargetDraft& draft, const ReadContext& context, YamlPlace place
) {
    if (const auto route = fields.texts("route")) {
        if (auto complaint = set_route(draft, *route, context.transports)) {
            place.complain(fields.find("route")->at, std::move(*complaint));
        }
    }
    apply(fields, "credential", Field::credential, draft);
    apply(fields, "deadline", Field::deadline, draft);
    for (const auto* section : {"winrm", "rdp", "ssh"}) {
        if (const auto* map = fields.find(section)) read_section(*map, section, draft, place);
    }
    read_yaml_tags(fields, draft, place);
}

} // namespace

void read_yaml_tags(const YamlFields& fields, TargetDraft& draft, YamlPlace place) {
    const auto* tags = fields.find("tags");
    if (tags == nullptr || tags->kind == YamlNode::Kind::null) return;
    if (tags->kind != YamlNode::Kind::map) {
        place.complain(tags->at, {"tags must be a map", "tags: {env: prod, role: web}"});
        return;
    }
    for (const auto& [key, key_at, value] : tags->entries) {
        if (value.kind != YamlNode::Kind::scalar) {
            place.complain(value.at, {"the tag " + in_quotes(key) + " must be text", ""});
        } else if (auto complaint = set_tag(draft, key, value.text)) {
            place.complain(key_at, std::move(*complaint));
        }
    }
}

TargetDraft read_yaml_target(const YamlNode& node, const ReadContext& context) {
    const YamlPlace place{context.file, context.problems};
    const auto mistakes = context.problems.list().size();
    TargetDraft draft;
    draft.target.origin = to_text(context.file, node.at);
    const YamlFields fields(
        node,
        "a target",
        {"name",
         "address",
         "vm",
         "route",
         "credential",
         "deadline",
         "winrm",
         "rdp",
         "ssh",
         "disk",
         "tags"},
        place
    );
    apply(fields, "name", Field::name, draft);
    apply(fields, "address", Field::address, draft);
    apply(fields, "vm", Field::vm, draft);
    read_shared(fields, draft, context, place);
    if (const auto* disk = fields.find("disk")) read_disk(*disk, draft, place);
    // One mistake is reported once: a target whose address is wrong does not also lack one.
    if (context.problems.list().size() != mistakes) return draft;
    if (auto complaint = finish(draft)) place.complain(node.at, std::move(*complaint));
    return draft;
}

TargetDraft read_yaml_jump_host(const YamlNode& node, const ReadContext& context) {
    const YamlPlace place{context.file, context.problems};
    const auto mistakes = context.problems.list().size();
    TargetDraft draft;
    draft.target.origin = to_text(context.file, node.at);
    const YamlFields fields(node, "a jump host", {"name", "address", "credential", "ssh"}, place);
    apply(fields, "name", Field::name, draft);
    apply(fields, "address", Field::address, draft);
    apply(fields, "credential", Field::credential, draft);
    if (const auto* ssh = fields.find("ssh")) read_section(*ssh, "ssh", draft, place);
    if (context.problems.list().size() != mistakes) return draft;
    if (auto complaint = finish(draft)) place.complain(node.at, std::move(*complaint));
    return draft;
}

TargetDraft read_yaml_defaults(const YamlNode& node, const ReadContext& context) {
    const YamlPlace place{context.file, context.problems};
    TargetDraft draft;
    if (node.kind == YamlNode::Kind::null) return draft;
    const YamlFields fields(
        node, "defaults", {"route", "credential", "deadline", "winrm", "rdp", "ssh", "tags"}, place
    );
    read_shared(fields, draft, context, place);
    return draft;
}

} // namespace rdpsweep
