// Reads an Ansible inventory in its YAML form: groups of hosts, vars and children.
#include "core/text.hpp"
#include "scanner/inventory/ansible_model.hpp"
#include "scanner/inventory/yaml_tree.hpp"

namespace rdpsweep {

namespace {

// Lists of plain values (ansible_winrm_transport) as one text; deeper things are not for us.
std::string scalar_text(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::scalar) return node.text;
    std::string text;
    for (const auto& item : node.items) {
        if (!text.empty()) text += ',';
        text += item.text;
    }
    return text;
}

void read_vars(const YamlNode& node, AnsibleVars& vars) {
    for (const auto& entry : node.entries) {
        keep_variable(vars, entry.key, {scalar_text(entry.value), entry.value.at});
    }
}

class YamlGroups {
public:
    YamlGroups(const ReadContext& context, AnsibleFleet& fleet)
        : context_(context), fleet_(fleet) {}

    void read_group(const YamlEntry& entry) {
        auto& group = fleet_.group(entry.key, entry.key_at);
        if (entry.value.kind == YamlNode::Kind::null) return;
        if (!is_map(entry.value, "the group " + in_quotes(entry.key))) return;
        for (const auto& part : entry.value.entries) {
            if (part.value.kind == YamlNode::Kind::null) continue;
            if (part.key == "vars" && is_map(part.value, "vars")) read_vars(part.value, group.vars);
            if (part.key == "hosts") read_hosts(part.value, entry.key);
            if (part.key == "children" && is_map(part.value, "children")) {
                for (const auto& child : part.value.entries) {
                    group.children.push_back(child.key);
                    read_group(child);
                }
            }
            const bool known = part.key == "vars" || part.key == "hosts" || part.key == "children";
            if (!known)
                complain(
                    part.key_at,
                    {"a group has hosts, vars and children, not " + in_quotes(part.key),
                     "is this an inventory of rdpsweep's own? then leave ansible: away"}
                );
        }
    }

private:
    void complain(Position at, Mistake mistake) const {
        context_.problems.add(to_text(context_.file, at), std::move(mistake));
    }

    bool is_map(const YamlNode& node, const std::string& what) const {
        if (node.kind == YamlNode::Kind::map) return true;
        complain(node.at, {what + " must be a map, not " + std::string(to_text(node.kind)), ""});
        return false;
    }

    void read_hosts(const YamlNode& node, const std::string& group) {
        if (node.kind == YamlNode::Kind::scalar) {
            read_host(node.text, node.at, group, nullptr);
            return;
        }
        if (!is_map(node, "hosts")) return;
        for (const auto& entry : node.entries)
            read_host(entry.key, entry.key_at, group, &entry.value);
    }

    void read_host(
        const std::string& pattern, Position at, const std::string& group, const YamlNode* vars
    ) {
        Complaint wrong;
        const auto names = list_hosts(fleet_, pattern, {group, at}, wrong);
        if (wrong) complain(at, std::move(*wrong));
        for (const auto& name : names) {
            if (vars != nullptr) read_vars(*vars, fleet_.host(name, group, at).vars);
        }
    }

    const ReadContext& context_;
    AnsibleFleet& fleet_;
};

} // namespace

void read_ansible_yaml(std::string_view text, const ReadContext& context, AnsibleFleet& fleet) {
    YamlGroups groups(context, fleet);
    YamlReceiver receiver;
    receiver.entry = [&groups](const YamlEntry& entry) { groups.read_group(entry); };
    receiver.item = [](const YamlNode&) {};
    receiver.stop = [&context] { return context.problems.full(); };
    YamlLimits limits;
    limits.depth = 64; // three levels a group
    if (auto fault = read_yaml_pieces(text, receiver, limits)) {
        context.problems.add(to_text(context.file, fault->at), std::move(fault->mistake));
    }
}

} // namespace rdpsweep
