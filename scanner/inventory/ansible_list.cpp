// Reads what `ansible-inventory --list` and dynamic inventory scripts print: groups as JSON.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/inventory/ansible_model.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

std::string value_text(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return dump_json(value);
    std::string text;
    for (const auto& item : value) {
        if (!text.empty()) text += ',';
        text += value_text(item);
    }
    return text;
}

void read_vars(const nlohmann::json& from, AnsibleVars& vars) {
    if (!from.is_object()) return;
    for (const auto& [name, value] : from.items()) {
        // Ansible writes what it cannot decrypt, and what is never a template, as an object.
        if (value.is_object() && value.contains("__ansible_unsafe")) {
            keep_variable(vars, name, {value_text(value["__ansible_unsafe"]), {}});
        } else if (value.is_object() && value.contains("__ansible_vault")) {
            keep_variable(vars, name, {"$ANSIBLE_VAULT", {}});
        } else if (!value.is_null() && !value.is_object()) {
            keep_variable(vars, name, {value_text(value), {}});
        }
    }
}

void each_text(const nlohmann::json& list, const std::function<void(const std::string&)>& use) {
    if (!list.is_array()) return;
    for (const auto& item : list) {
        if (item.is_string()) use(item.get<std::string>());
    }
}

void read_group(const std::string& name, const nlohmann::json& from, AnsibleFleet& fleet) {
    fleet.group(name, {});
    const auto add_host = [&](const std::string& host) { fleet.host(host, name, {}); };
    if (from.is_array()) each_text(from, add_host); // the short form of old scripts
    if (!from.is_object()) return;
    if (from.contains("hosts")) each_text(from["hosts"], add_host);
    if (from.contains("vars")) read_vars(from["vars"], fleet.group(name, {}).vars);
    if (!from.contains("children")) return;
    each_text(from["children"], [&](const std::string& child) {
        fleet.group(child, {});
        fleet.group(name, {}).children.push_back(child);
    });
}

} // namespace

void read_ansible_list(std::string_view text, const ReadContext& context, AnsibleFleet& fleet) {
    JsonLimits limits;
    limits.bytes = inventory_limits::file_bytes;
    limits.nodes = 20'000'000;
    const auto document = parse_json(text, Phase::inventory, limits);
    if (!document || !document->is_object()) {
        const auto why = document ? "it is not an object" : std::string(document.error().detail());
        context.problems.add(
            context.file,
            "this is not what ansible-inventory --list prints: " + why,
            "see: ansible-inventory -i FILE --list"
        );
        return;
    }
    fleet.mark_whole();
    for (const auto& [name, group] : document->items()) {
        if (name != "_meta") read_group(name, group, fleet);
    }
    if (!document->contains("_meta") || !(*document)["_meta"].contains("hostvars")) return;
    const auto& hostvars = (*document)["_meta"]["hostvars"];
    if (!hostvars.is_object()) return;
    for (const auto& [name, vars] : hostvars.items())
        read_vars(vars, fleet.host(name, "all", {}).vars);
}

} // namespace rdpsweep
