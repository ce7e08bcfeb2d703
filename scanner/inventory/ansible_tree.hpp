// The order in which the groups of an Ansible inventory count.
#pragma once

#include "scanner/inventory/ansible_model.hpp"

#include <map>
#include <set>

namespace rdpsweep {

// Where a group stands in the tree below `all`.
struct Place {
    std::size_t depth = 0;
    std::set<std::string> ancestors; // itself included, `all` excluded
};

// Complains about a group that is its own child, naming the groups of the circle, about groups
// nested deeper than 100, and about more than 5,000,000 pairs of a group and one above it.
class GroupTree {
public:
    GroupTree(const AnsibleFleet& fleet, const ReadContext& context);

    // Returns the groups of a host in the order in which their variables count, the last one most:
    // Ansible sorts by depth, ansible_group_priority, and name.
    [[nodiscard]] std::vector<std::string> groups_of(const AnsibleHost& host) const;

private:
    const Place& place(const std::string& name);
    void complain(const std::string& name, Mistake mistake);
    void complain_of_circle(const std::string& name);
    void give_up(const std::string& name);
    [[nodiscard]] int priority(const std::string& name) const;

    const AnsibleFleet& fleet_;
    const ReadContext& context_;
    std::map<std::string, std::vector<std::string>> parents_;
    std::map<std::string, Place> places_;
    std::vector<std::string> way_; // the groups that are being placed, each below the next one
    std::size_t pairs_ = 0;
    bool given_up_ = false;
};

} // namespace rdpsweep
