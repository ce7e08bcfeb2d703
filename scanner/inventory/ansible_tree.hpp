// The order in which the groups of an Ansible inventory count.
#pragma once

#include "scanner/inventory/ansible_model.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace rdpsweep {

// Where a group stands in the tree below `all`.
struct Place {
    std::size_t depth = 0;
    std::set<std::string> ancestors; // itself included, `all` excluded
    bool under_way = false;          // to notice a group that is its own child
};

class GroupTree {
public:
    GroupTree(const AnsibleFleet& fleet, const ReadContext& context)
        : fleet_(fleet), context_(context) {
        for (const auto& [name, group] : fleet.groups()) {
            for (const auto& child : group.children)
                parents_[child].push_back(name);
        }
        for (const auto& [name, group] : fleet.groups())
            (void)place(name);
    }

    // Returns the groups of a host in the order in which their variables count, the last one most:
    // Ansible sorts by depth, ansible_group_priority, and name.
    [[nodiscard]] std::vector<std::string> groups_of(const AnsibleHost& host) const {
        std::set<std::string> names;
        for (const auto& group : host.groups) {
            const auto& ancestors = places_.at(group).ancestors;
            names.insert(ancestors.begin(), ancestors.end());
        }
        std::vector<std::string> sorted(names.begin(), names.end());
        std::stable_sort(sorted.begin(), sorted.end(), [this](const auto& a, const auto& b) {
            return std::pair(places_.at(a).depth, priority(a)) <
                   std::pair(places_.at(b).depth, priority(b));
        });
        return sorted;
    }

private:
    const Place& place(const std::string& name) {
        const auto [at, fresh] = places_.try_emplace(name);
        auto& own = at->second;
        if (own.under_way) {
            context_.problems.add(
                to_text(context_.file, fleet_.groups().find(name)->second.at),
                "the group " + in_quotes(name) + " is a child of itself"
            );
            return own;
        }
        if (!fresh) return own;
        if (name == "all") return own;
        own.under_way = true;
        own.depth = 1;
        own.ancestors.insert(name);
        for (const auto& parent : parents_[name]) {
            if (context_.problems.full()) break;
            const auto& above = place(parent);
            own.depth = std::max(own.depth, above.depth + 1);
            own.ancestors.insert(above.ancestors.begin(), above.ancestors.end());
        }
        own.under_way = false;
        return own;
    }

    [[nodiscard]] int priority(const std::string& name) const {
        const auto& vars = fleet_.groups().find(name)->second.vars;
        const auto given = vars.find("ansible_group_priority");
        int value = 1;
        if (given == vars.end()) return value;
        const auto& text = given->second.text;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    }

    const AnsibleFleet& fleet_;
    const ReadContext& context_;
    std::map<std::string, std::vector<std::string>> parents_;
    std::map<std::string, Place> places_;
};

} // namespace rdpsweep
