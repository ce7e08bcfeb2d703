// Reads one element from each of the two shapes in which Azure writes it.
#include "transports/azure/rows.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "transports/azure/fields.hpp"

namespace rdpsweep::azure {

namespace {

using nlohmann::json;

constexpr std::size_t most_tags = 50; // Azure's own limit

std::map<std::string, std::string> tags_of(const json& tags) {
    std::map<std::string, std::string> all;
    if (!tags.is_object()) return all;
    for (const auto& item : tags.items()) {
        if (all.size() >= most_tags) break;
        if (item.value().is_string()) all[item.key()] = item.value().get<std::string>();
    }
    return all;
}

std::string zone_of(const json& zones) {
    return zones.is_array() && !zones.empty() && zones.front().is_string()
               ? zones.front().get<std::string>()
               : std::string();
}

// Returns publisher:offer:sku of a marketplace image; an own image has an id only.
std::string image_of(const json& reference) {
    const auto publisher = text(reference, "publisher");
    if (publisher.empty()) return text(reference, "id");
    return publisher + ":" + text(reference, "offer") + ":" + text(reference, "sku");
}

void add_interfaces(const json& list, VmRow& row) {
    if (!list.is_array()) return;
    for (const auto& element : list) {
        auto id = ascii_lower(text(element, "id"));
        if (id.empty()) continue;
        if (flag(element, "properties/primary")) row.primary = id;
        row.interfaces.push_back(std::move(id));
    }
}

std::vector<InterfaceRow::Address> addresses_of(const json& configurations) {
    std::vector<InterfaceRow::Address> all;
    if (!configurations.is_array()) return all;
    for (const auto& configuration : configurations) {
        InterfaceRow::Address address;
        address.private_address = text(configuration, "properties/privateIPAddress");
        address.public_id = ascii_lower(text(configuration, "properties/publicIPAddress/id"));
        address.primary = flag(configuration, "properties/primary");
        all.push_back(std::move(address));
    }
    return all;
}

// Returns what both ways to list a VM write alike.
Vm common(const json& row) {
    Vm vm;
    vm.id = text(row, "id");
    vm.name = text(row, "name");
    vm.subscription = ascii_lower(part_of(vm.id, "subscriptions"));
    vm.resource_group = part_of(vm.id, "resourceGroups");
    vm.location = ascii_lower(text(row, "location"));
    vm.zone = zone_of(field(row, "zones"));
    vm.tags = tags_of(field(row, "tags"));
    return vm;
}

std::string thumbprint_of(std::string text) {
    text = ascii_lower(text);
    return text.size() == 40 && hex_decode(text) ? text : std::string();
}

void add_instance_view(const json& view, Vm& vm) {
    if (!view.is_object()) return;
    vm.power = power_of(field(view, "statuses"));
    vm.os_name = text(view, "osName");
    vm.os_version = text(view, "osVersion");
    vm.rdp_thumbprint = thumbprint_of(text(view, "rdpThumbPrint"));
    if (auto name = text(view, "computerName"); !name.empty()) vm.computer_name = std::move(name);
    const auto& agent = field(view, "vmAgent/statuses");
    if (agent.is_array() && !agent.empty()) vm.agent = text(agent.front(), "displayStatus");
}

} // namespace

std::string part_of(std::string_view id, std::string_view name) {
    const auto parts = split(id, '/');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        if (iequals(parts[i], name)) return parts[i + 1];
    }
    return {};
}

std::string power_of(const json& statuses) {
    constexpr std::string_view sign = "PowerState/";
    if (!statuses.is_array()) return {};
    for (const auto& status : statuses) {
        const auto code = text(status, "code");
        if (iequals(std::string_view(code).substr(0, sign.size()), sign)) {
            return ascii_lower(code.substr(sign.size()));
        }
    }
    return {};
}

Vm state_of_view(const json& view) {
    Vm vm;
    add_instance_view(view, vm);
    return vm;
}

VmRow vm_of_graph(const json& row) {
    VmRow read;
    auto& vm = read.vm;
    vm = common(row);
    vm.windows = iequals(text(row, "os"), "windows");
    vm.size = text(row, "size");
    vm.computer_name = text(row, "computer");
    vm.os_name = text(row, "osName");
    vm.os_version = text(row, "osVersion");
    vm.image = image_of(field(row, "image"));
    vm.power = power_of(json::array({json::object({{"code", text(row, "power")}})}));
    vm.scale_set = text(row, "scaleSet");
    vm.availability_set = text(row, "availabilitySet");
    vm.boot_diagnostics = flag(row, "bootDiagnostics");
    add_interfaces(field(row, "nics"), read);
    return read;
}

InterfaceRow interface_of_graph(const json& row) {
    return {ascii_lower(text(row, "id")), addresses_of(field(row, "configurations"))};
}

PublicAddressRow public_address_of_graph(const json& row) {
    return {ascii_lower(text(row, "id")), text(row, "ip")};
}

VmRow vm_of_compute(const json& resource) {
    VmRow read;
    auto& vm = read.vm;
    vm = common(resource);
    const auto& properties = field(resource, "properties");
    vm.windows = iequals(text(properties, "storageProfile/osDisk/osType"), "windows");
    vm.size = text(properties, "hardwareProfile/vmSize");
    vm.computer_name = text(properties, "osProfile/computerName");
    vm.image = image_of(field(properties, "storageProfile/imageReference"));
    vm.scale_set = text(properties, "virtualMachineScaleSet/id");
    vm.availability_set = text(properties, "availabilitySet/id");
    vm.boot_diagnostics = flag(properties, "diagnosticsProfile/bootDiagnostics/enabled");
    add_instance_view(field(properties, "instanceView"), vm);
    add_interfaces(field(properties, "networkProfile/networkInterfaces"), read);
    return read;
}

InterfaceRow interface_of_network(const json& resource) {
    return {
        ascii_lower(text(resource, "id")),
        addresses_of(field(resource, "properties/ipConfigurations"))};
}

PublicAddressRow public_address_of_network(const json& resource) {
    return {ascii_lower(text(resource, "id")), text(resource, "properties/ipAddress")};
}

} // namespace rdpsweep::azure
