// What the command line says about Azure as an inventory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rdpsweep {

// Where our access token comes from; see docs/azure.md.
enum class AzureLogin : std::uint8_t { automatic, environment, managed_identity, cli };

// Which of a VM's addresses is visited. either: the private one where there is one.
enum class AzureAddress : std::uint8_t { either, private_only, public_only };

struct AzureOptions {
    std::vector<std::string> subscriptions;   // --subscription: ids or names
    bool all = false;                         // --all-subscriptions
    std::vector<std::string> resource_groups; // --resource-group
    std::vector<std::string> resources;       // --resource: ids of VMs
    std::string cloud = "AzureCloud";         // --azure-cloud: a name, or a file of `az cloud show`
    AzureLogin login = AzureLogin::automatic; // --azure-login
    AzureAddress address = AzureAddress::either; // --azure-address
    std::string ca_file; // --azure-ca-file: instead of the system's CAs; empty: those

    // Tells whether Azure is to be asked at all.
    [[nodiscard]] bool wanted() const noexcept {
        return all || !subscriptions.empty() || !resource_groups.empty() || !resources.empty();
    }
};

} // namespace rdpsweep
