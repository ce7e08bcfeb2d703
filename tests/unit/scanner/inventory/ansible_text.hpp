// Ansible's inventories as texts, read by our own reader.
#pragma once

#include "scanner/inventory/ansible_model.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"

namespace rdpsweep::ansible_test {

inline constexpr std::array<std::string_view, 3> transports{"winrm", "ssh", "rdp"};

inline ReadInventory
read(std::string_view text, const std::string& file, const SaidElsewhere& said = {}) {
    ReadInventory result;
    std::vector<InventorySource> sources(1);
    const ReadContext context{file, "/etc/fleet", transports, result.problems, said};
    read_ansible(text, context, sources[0]);
    result.inventory = merge(std::move(sources), result.problems);
    return result;
}

// An inventory whose hosts are all reached by WinRM.
inline ReadInventory ini(const std::string& text) {
    return read(text + "\n[all:vars]\nansible_connection=winrm\n", "hosts.ini");
}

inline ReadInventory yaml(std::string_view text) {
    return read(text, "hosts.yml");
}

inline std::vector<std::string> names(const ReadInventory& all) {
    std::vector<std::string> list;
    for (const auto& target : all.inventory.targets)
        list.push_back(target.name);
    return list;
}

using Names = std::vector<std::string>;

} // namespace rdpsweep::ansible_test
