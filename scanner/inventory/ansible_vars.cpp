// Puts the variables of a host together, and tells apart which can be read.
#include "scanner/inventory/ansible_vars.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

bool is_vaulted(std::string_view text) noexcept {
    return text.starts_with("$ANSIBLE_VAULT");
}

bool is_template(std::string_view text) noexcept {
    return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos;
}

bool has_comment(std::string_view text) noexcept {
    return text.find(" #") != std::string_view::npos || text.find("\t#") != std::string_view::npos;
}

bool has_control(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

std::string variable_of(const AnsibleVars& vars, const AnsibleValue& value) {
    const auto at = std::find_if(vars.begin(), vars.end(), [&value](const auto& one) {
        return &one.second == &value;
    });
    return at == vars.end() ? "a variable" : at->first;
}

} // namespace

AnsibleVars vars_of(
    const AnsibleFleet& fleet, const AnsibleHost& host, const std::vector<std::string>& groups
) {
    AnsibleVars vars;
    const auto add = [&vars](const AnsibleVars& nearer) {
        for (const auto& [name, value] : nearer)
            vars.insert_or_assign(name, value);
    };
    if (const auto all = fleet.groups().find("all"); all != fleet.groups().end()) {
        add(all->second.vars);
    }
    for (const auto& group : groups)
        add(fleet.groups().find(group)->second.vars);
    add(host.vars);
    return vars;
}

const AnsibleValue* last_given(const AnsibleVars& vars, const VariableNames& names) noexcept {
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        const auto at = name->empty() ? vars.end() : vars.find(*name);
        if (at != vars.end()) return &at->second;
    }
    return nullptr;
}

bool needs_ansible(const AnsibleValue& value) noexcept {
    return is_vaulted(value.text) || is_template(value.text);
}

Complaint wrong_value(const AnsibleVars& vars, const AnsibleValue& value) {
    if (value.text.size() > longest_variable)
        return Mistake{variable_of(vars, value) + " is longer than 4096 bytes", ""};
    if (needs_ansible(value)) {
        const auto* what = is_vaulted(value.text) ? " is in the vault" : " is a template";
        return Mistake{
            variable_of(vars, value) + what + ", which only Ansible can read",
            "write the value out, or give it in an inventory of rdpsweep's own; an account also "
            "by --user"};
    }
    if (has_control(value.text)) {
        return Mistake{
            variable_of(vars, value) + " holds a control character: " + in_quotes(value.text),
            std::string(backslash_hint)};
    }
    if (!has_comment(value.text)) return {};
    return Mistake{
        "to Ansible the comment is a part of " + variable_of(vars, value) + ": " +
            in_quotes(value.text),
        "put the comment on a line of its own, or the value in quotes"};
}

} // namespace rdpsweep
