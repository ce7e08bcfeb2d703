// An Ansible inventory while it is being read: groups, hosts and the variables that matter to us.
#pragma once

#include "scanner/inventory/inventory.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct AnsibleValue {
    std::string text;
    Position at;
};

using AnsibleVars = std::map<std::string, AnsibleValue, std::less<>>;

struct AnsibleGroup {
    std::vector<std::string> hosts; // may repeat
    std::vector<std::string> children;
    AnsibleVars vars;
    Position at;
};

struct AnsibleHost {
    std::string name;
    AnsibleVars vars;
    std::vector<std::string> groups; // those that list it
    Position at;
};

class AnsibleFleet {
public:
    // Returns the group of that name, made when it is new.
    AnsibleGroup& group(std::string_view name, Position at);

    // Lists the host in the group. The same host in several places is one.
    AnsibleHost& host(std::string_view name, std::string_view group, Position at);

    [[nodiscard]] const std::map<std::string, AnsibleGroup, std::less<>>& groups() const noexcept {
        return groups_;
    }

    // Returns the hosts in the order in which they were first met.
    [[nodiscard]] const std::vector<AnsibleHost>& hosts() const noexcept { return hosts_; }

    // Notes that no file beside the inventory can say more: Ansible has put it together.
    void mark_whole() noexcept { whole_ = true; }

    [[nodiscard]] bool is_whole() const noexcept { return whole_; }

    // Puts the hosts into the order of the same inventory as it is written, and gives hosts and
    // values the places they have there: what Ansible prints knows neither.
    void take_places(const AnsibleFleet& written);

private:
    std::map<std::string, AnsibleGroup, std::less<>> groups_;
    std::vector<AnsibleHost> hosts_;
    std::map<std::string, std::size_t, std::less<>> by_name_;
    bool whole_ = false;
};

// No user, address or port is longer; ansible_targets() complains of one that is.
inline constexpr std::size_t longest_variable = 4096;

// Keeps a variable when it says how to reach a host (ansible_plugin.hpp); all others are Ansible's
// own.
void keep_variable(AnsibleVars& vars, std::string_view name, AnsibleValue value);

// Returns the names that "web[01:50].corp", "db-[a:f]" or "node[1:9:2]" stands for, also with
// several ranges, and any other name as it is. Returns nothing, with complaint set, when a range is
// malformed or gives more than 100,000 names.
std::vector<std::string> expand_host_range(std::string_view pattern, Complaint& complaint);

// Where an inventory lists a host.
struct AnsiblePlace {
    std::string_view group;
    Position at;
};

// Adds the hosts of a pattern, range and port included ("web[01:50]:5986"), to the place's group
// and returns their names.
std::vector<std::string>
list_hosts(AnsibleFleet& fleet, std::string_view pattern, AnsiblePlace place, Complaint& complaint);

// Reads one of Ansible's formats.
void read_ansible_ini(std::string_view text, const ReadContext& context, AnsibleFleet& fleet);
void read_ansible_yaml(std::string_view text, const ReadContext& context, AnsibleFleet& fleet);

// Reads a text in one of its forms: JSON as of --list, YAML by the ending of the file's name, else
// INI.
void read_ansible_text(std::string_view text, const ReadContext& context, AnsibleFleet& fleet);

// Reads what `ansible-inventory --list` and inventory scripts print.
void read_ansible_list(std::string_view text, const ReadContext& context, AnsibleFleet& fleet);

// Makes targets of the hosts, each with the variables that hold for it by Ansible's precedence:
// all, then groups from the outermost inwards, then the host's own.
void ansible_targets(
    const AnsibleFleet& fleet, const ReadContext& context, InventorySource& source
);

} // namespace rdpsweep
