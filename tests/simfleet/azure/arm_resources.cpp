// Writes each VM's ids, machine, interface and addresses as JSON, out of its plan.
#include "tests/simfleet/azure/arm_resources.hpp"

#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <set>

namespace simfleet {

using nlohmann::json;

namespace {

std::string upper(std::string text) {
    for (auto& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

// Azure allows no more in a VM's name; the fleet has names with anything in them.
bool is_azure_name(const std::string& name) {
    const auto fine = [](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) != 0 || c == '-' || c == '_');
    };
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), fine);
}

std::string subscription_path(std::size_t number) {
    return "/subscriptions/" + ArmResources::subscription_id(number);
}

std::string set_id(std::size_t subscription) {
    return subscription_path(subscription) +
           "/resourceGroups/rg-pool/providers/Microsoft.Compute/virtualMachineScaleSets/pool";
}

std::string set_interface_id(std::size_t subscription) {
    return set_id(subscription) + "/virtualMachines/0/networkInterfaces/nic";
}

json status(const std::string& code, const std::string& shown) {
    return {{"code", code}, {"level", "Info"}, {"displayStatus", shown}};
}

} // namespace

std::string ArmResources::subscription_id(std::size_t number) {
    char text[64];
    std::snprintf(text, sizeof text, "5b000000-0000-4000-8000-%012zx", number + 1);
    return text;
}

json ArmResources::subscription(std::size_t number) const {
    const bool disabled = number >= scene_.subscriptions;
    return {
        {"id", subscription_path(number)},
        {"subscriptionId", subscription_id(number)},
        {"displayName", "Simulated " + std::to_string(number + 1)},
        {"state", disabled ? "Disabled" : "Enabled"},
        {"authorizationSource", "RoleBased"}};
}

bool ArmResources::in_group(std::size_t index, std::string_view group) const {
    return rdpsweep::iequals(group_of(index), group);
}

std::vector<json> ArmResources::groups(std::size_t subscription) const {
    std::set<std::string> names;
    for (auto i = subscription; i < size() && names.size() < 3; i += scene_.subscriptions)
        names.insert(group_of(i));
    if (scene_.messy) names.insert({"RG-CI", "rg-pool"});
    if (scene_.set_size != 0) names.insert("SETS");
    if (scene_.locked_every != 0) names.insert("hub");
    std::vector<json> groups;
    for (const auto& name : names)
        groups.push_back(
            {{"id", subscription_path(subscription) + "/resourceGroups/" + name},
             {"name", name},
             {"type", "Microsoft.Resources/resourceGroups"},
             {"location", "westeurope"},
             {"properties", {{"provisioningState", "Succeeded"}}}}
        );
    return groups;
}

std::string ArmResources::name_of(std::size_t index) const {
    const auto& name = fleet_.name(index);
    return is_azure_name(name) ? name : "vm-" + std::to_string(index);
}

std::string ArmResources::group_of(std::size_t index) const {
    return "rg-" + std::to_string(index % 3);
}

std::string ArmResources::boot_log(std::size_t index) const {
    const std::string firmware =
        "\x1b[2J\x1b[01;01HBdsDxe: loading Boot0001 \"Windows Boot Manager\"\r\n";
    const std::string sac = "\r\nComputer is booting, SAC started and initialized.\r\n\r\n"
                            "Use the \"ch -?\" command for information about using channels.\r\n"
                            "\r\n\r\nSAC>\xff\r\nEVENT: The CMD command is now available.\r\nSAC>";
    switch (index % 4) {
    case 0:
        return firmware + sac;
    case 1:
        return firmware + sac + "<?xml?><BP>\r\n<INSTANCE CLASSNAME=\"BLUESCREEN\">\r\n";
    case 2:
        return firmware + sac + firmware;
    default:
        return {};
    }
}

std::optional<std::size_t> ArmResources::find(
    std::string_view subscription, std::string_view group, std::string_view name
) const {
    const auto key = [](std::string_view s, std::string_view g, std::string_view n) {
        return rdpsweep::ascii_lower(std::string(s) + "/" + std::string(g) + "/" + std::string(n));
    };
    for (std::size_t i = places_.size(); i < size(); ++i) {
        places_[key(subscription_id(subscription_of(i)), group_of(i), name_of(i))] = i;
    }
    const auto found = places_.find(key(subscription, group, name));
    if (found == places_.end()) return {};
    return found->second;
}

std::string ArmResources::id_of(
    std::size_t index, const std::string& group, const char* type, const char* suffix
) const {
    return subscription_path(subscription_of(index)) + "/resourceGroups/" + group + "/providers/" +
           type + "/" + name_of(index) + suffix;
}

// The set that the VM shares with the ones before or after it in its subscription.
json ArmResources::availability_set(std::size_t index) const {
    const auto number = index / scene_.subscriptions / scene_.set_size;
    return {
        {"id",
         "/subscriptions/" + subscription_id(subscription_of(index)) +
             "/resourceGroups/SETS/providers/Microsoft.Compute/availabilitySets/SET-" +
             std::to_string(number)}};
}

json ArmResources::machine(std::size_t index) const {
    auto machine = lone_machine(index);
    if (scene_.set_size != 0) machine["properties"]["availabilitySet"] = availability_set(index);
    auto& os_disk = machine["properties"]["storageProfile"]["osDisk"];
    if (disk_kind(index) == "ephemeral") os_disk["diffDiskSettings"] = {{"option", "Local"}};
    if (disk_kind(index) == "unmanaged") {
        os_disk.erase("managedDisk");
        os_disk["vhd"] = {{"uri", "https://simulated.blob.core.windows.net/vhds/os.vhd"}};
    }
    return machine;
}

json ArmResources::lone_machine(std::size_t index) const {
    const auto group = group_of(index);
    const auto disk = id_of(index, group, "Microsoft.Compute/disks", "_OsDisk");
    const auto nic = id_of(index, group, "Microsoft.Network/networkInterfaces", "-nic");
    return {
        {"name", name_of(index)},
        {"id", id_of(index, upper(group), "Microsoft.Compute/virtualMachines", "")},
        {"type", "Microsoft.Compute/virtualMachines"},
        {"location", "westeurope"},
        {"tags", {{"env", index % 2 == 0 ? "prod" : "test"}, {"owner", "platform"}}},
        {"zones", json::array({std::to_string(1 + index % 3)})},
        {"properties",
         {{"hardwareProfile", {{"vmSize", "Standard_D2s_v3"}}},
          {"provisioningState", "Succeeded"},
          {"vmId", "00000000-0000-4000-8000-000000000000"},
          {"storageProfile",
           {{"imageReference",
             {{"publisher", "MicrosoftWindowsServer"},
              {"offer", "WindowsServer"},
              {"sku", "2019-Datacenter"},
              {"version", "latest"}}},
            {"osDisk", {{"osType", "Windows"}, {"managedDisk", {{"id", disk}}}}}}},
          {"osProfile", {{"computerName", name_of(index)}}},
          {"diagnosticsProfile", {{"bootDiagnostics", {{"enabled", true}}}}},
          {"networkProfile", {{"networkInterfaces", json::array({{{"id", nic}}})}}}}}};
}

json ArmResources::instance_view(std::size_t index) const {
    // Of a VM that is off, Azure knows neither agent nor system (recorded traffic).
    json statuses = json::array({status("ProvisioningState/succeeded", "Provisioning succeeded")});
    if (stopped(index)) {
        statuses.push_back(status("PowerState/deallocated", "VM deallocated"));
        return {{"statuses", statuses}};
    }
    statuses.push_back(status("PowerState/running", "VM running"));
    return {
        {"computerName", name_of(index)},
        {"osName", "Windows Server 2019 Datacenter"},
        {"osVersion", "10.0.17763.1"},
        {"vmAgent",
         {{"vmAgentVersion", "2.7.41491.1083"},
          {"statuses", json::array({status("ProvisioningState/succeeded", "Ready")})}}},
        {"statuses", statuses}};
}

json ArmResources::machine_state(std::size_t index) const {
    const auto whole = machine(index);
    return {
        {"name", whole["name"]},
        {"id", whole["id"]},
        {"type", whole["type"]},
        {"location", whole["location"]},
        {"properties",
         {{"vmId", whole["properties"]["vmId"]}, {"instanceView", instance_view(index)}}}};
}

json ArmResources::interface(std::size_t index) const {
    const auto group = group_of(index);
    json properties{{"privateIPAddress", fleet_.address(index)}, {"primary", true}};
    if (has_public_address(index)) {
        properties["publicIPAddress"] = {
            {"id", id_of(index, group, "Microsoft.Network/publicIPAddresses", "-ip")}};
    }
    return {
        {"name", name_of(index) + "-nic"},
        {"id", id_of(index, group, "Microsoft.Network/networkInterfaces", "-nic")},
        {"type", "Microsoft.Network/networkInterfaces"},
        {"location", "westeurope"},
        {"properties",
         {{"primary", true},
          {"virtualMachine",
           // Seen in recorded traffic: a third way to write the id.
           {{"id", id_of(index, group, "Microsoft.Compute/virtualmachines", "")}}},
          {"ipConfigurations", json::array({{{"name", "ip"}, {"properties", properties}}})}}}};
}

json ArmResources::public_address(std::size_t index) const {
    const auto group = group_of(index);
    return {
        {"name", name_of(index) + "-ip"},
        {"id", id_of(index, upper(group), "Microsoft.Network/publicIPAddresses", "-ip")},
        {"type", "Microsoft.Network/publicIPAddresses"},
        {"location", "westeurope"},
        {"properties",
         {{"ipAddress", "198.51.100." + std::to_string(1 + index % 250)},
          {"publicIPAllocationMethod", "Static"}}}};
}

json ArmResources::disk(std::size_t index) const {
    char unique[64];
    std::snprintf(unique, sizeof unique, "d1500000-0000-4000-8000-%012zx", index + 1);
    json disk{
        {"name", name_of(index) + "_OsDisk"},
        {"id", id_of(index, group_of(index), "Microsoft.Compute/disks", "_OsDisk")},
        {"type", "Microsoft.Compute/disks"},
        {"location", "westeurope"},
        {"zones", json::array({std::to_string(1 + index % 3)})},
        {"sku", {{"name", "Premium_LRS"}, {"tier", "Premium"}}},
        {"managedBy",
         id_of(index, upper(group_of(index)), "Microsoft.Compute/virtualMachines", "")},
        {"properties",
         {{"osType", "Windows"},
          {"hyperVGeneration", "V2"},
          {"creationData", {{"createOption", "FromImage"}}},
          {"diskSizeGB", 127},
          {"diskSizeBytes", 136'365'211'648},
          {"timeCreated", "2024-01-02T03:04:05.678+00:00"},
          {"provisioningState", "Succeeded"},
          {"diskState", stopped(index) ? "Reserved" : "Attached"},
          {"LastOwnershipUpdateTime", "2024-03-04T05:06:07.089+00:00"},
          {"networkAccessPolicy", "AllowAll"},
          {"publicNetworkAccess", "Enabled"},
          {"uniqueId", unique}}}};
    auto& properties = disk["properties"];
    const auto kind = disk_kind(index);
    if (kind == "ade") properties["encryptionSettingsCollection"] = {{"enabled", true}};
    if (kind == "confidential") {
        properties["securityProfile"] = {
            {"securityType", "ConfidentialVM_DiskEncryptedWithPlatformKey"}};
    }
    if (kind == "private") properties["networkAccessPolicy"] = "AllowPrivate";
    if (kind == "entra") properties["dataAccessAuthMode"] = "AzureActiveDirectory";
    return disk;
}

std::optional<std::size_t> ArmResources::find_disk(std::string_view id) const {
    // .../resourceGroups/G/providers/Microsoft.Compute/disks/NAME_OsDisk
    constexpr std::string_view suffix = "_osdisk";
    const auto parts = rdpsweep::split(rdpsweep::ascii_lower(id), '/');
    const bool disk = parts.size() == 9 && parts[7] == "disks" && parts[8].ends_with(suffix);
    if (!disk) return {};
    return find(
        parts[2], parts[4], std::string_view(parts[8]).substr(0, parts[8].size() - suffix.size())
    );
}

json ArmResources::linux_machine(std::size_t subscription) const {
    return {
        {"name", "build-agent"},
        {"id",
         subscription_path(subscription) +
             "/resourceGroups/RG-CI/providers/Microsoft.Compute/virtualMachines/build-agent"},
        {"type", "Microsoft.Compute/virtualMachines"},
        {"location", "westeurope"},
        {"properties",
         {{"hardwareProfile", {{"vmSize", "Standard_B2s"}}},
          {"provisioningState", "Succeeded"},
          {"vmId", "11000000-0000-4000-8000-000000000000"},
          {"storageProfile",
           {{"imageReference",
             {{"publisher", "Debian"},
              {"offer", "debian-12"},
              {"sku", "12"},
              {"version", "latest"}}},
            {"osDisk", {{"osType", "Linux"}}}}},
          {"osProfile",
           {{"computerName", "build-agent"},
            {"linuxConfiguration", {{"disablePasswordAuthentication", true}}}}},
          {"networkProfile", {{"networkInterfaces", json::array()}}}}}};
}

// Recorded traffic has the name of a Linux in small letters.
json ArmResources::linux_view() const {
    return {
        {"computerName", "build-agent"},
        {"osName", "debian"},
        {"osVersion", "12"},
        {"vmAgent",
         {{"vmAgentVersion", "2.9.1.1"},
          {"statuses", json::array({status("ProvisioningState/succeeded", "Ready")})}}},
        {"statuses",
         json::array(
             {status("ProvisioningState/succeeded", "Provisioning succeeded"),
              status("PowerState/running", "VM running")}
         )}};
}

json ArmResources::scale_set(std::size_t subscription) const {
    return {
        {"name", "pool"},
        {"id", set_id(subscription)},
        {"location", "westeurope"},
        {"properties",
         {{"orchestrationMode", "Uniform"},
          {"virtualMachineProfile", {{"storageProfile", {{"osDisk", {{"osType", "Windows"}}}}}}}}}};
}

json ArmResources::instance(std::size_t subscription) const {
    const auto nic = set_interface_id(subscription);
    return {
        {"name", "pool_0"},
        {"instanceId", "0"},
        {"id", set_id(subscription) + "/virtualMachines/0"},
        {"location", "westeurope"},
        {"properties",
         {{"storageProfile", {{"osDisk", {{"osType", "Windows"}}}}},
          {"instanceView",
           {{"statuses", json::array({status("PowerState/deallocated", "VM deallocated")})}}},
          {"networkProfile", {{"networkInterfaces", json::array({{{"id", nic}}})}}}}}};
}

json ArmResources::instance_interface(std::size_t subscription) const {
    return {
        {"name", "nic"},
        {"id", set_interface_id(subscription)},
        {"properties",
         {{"ipConfigurations",
           json::array({{{"properties", {{"privateIPAddress", "10.9.0.4"}, {"primary", true}}}}}
           )}}}};
}

json ArmResources::graph_machine(std::size_t index) const {
    auto row = machine(index);
    row["id"] = id_of(index, group_of(index), "Microsoft.Compute/virtualMachines", "");
    const auto view = instance_view(index);
    json extended{
        {"powerState",
         {{"code", stopped(index) ? "PowerState/deallocated" : "PowerState/running"}}}};
    for (const auto* key : {"osName", "osVersion", "computerName"})
        if (view.contains(key)) extended[key] = view[key];
    row["properties"]["extended"] = {{"instanceView", extended}};
    return row;
}

json ArmResources::graph_row(json resource, const std::string& tenant) {
    const auto parts = rdpsweep::split(resource.value("id", std::string()), '/');
    auto type = rdpsweep::ascii_lower(resource.value("type", std::string()));
    // The one type that Resource Graph has another name for.
    if (type == "microsoft.resources/resourcegroups") {
        type = "microsoft.resources/subscriptions/resourcegroups";
    }
    resource["type"] = type;
    resource["tenantId"] = tenant;
    if (parts.size() > 2) resource["subscriptionId"] = parts[2];
    if (parts.size() > 4) resource["resourceGroup"] = rdpsweep::ascii_lower(parts[4]);
    return resource;
}

} // namespace simfleet
