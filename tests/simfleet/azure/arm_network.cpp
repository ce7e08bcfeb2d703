// Keeps the rules of each network security group, and refuses two of one priority.
#include "tests/simfleet/azure/arm_network.hpp"

#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;
using rdpsweep::iequals;

namespace {

constexpr std::string_view of_interface_suffix = "-nic";
constexpr std::string_view of_address_suffix = "-ip";

HttpResponse not_found() {
    return arm_failure(404, "ResourceNotFound", "The resource was not found.");
}

// Returns ".../providers/Microsoft.Network/" with the rest.
std::string path_below(const std::vector<std::string>& parts, const std::string& rest) {
    return "/subscriptions/" + parts[1] + "/resourceGroups/" + parts[3] +
           "/providers/Microsoft.Network/" + rest;
}

json rule_at(const std::string& group, const std::string& name, const json& properties) {
    return {
        {"name", name},
        {"id", group + "/securityRules/" + name},
        {"type", "Microsoft.Network/networkSecurityGroups/securityRules"},
        {"properties", properties}};
}

json allow_rdp() {
    return {
        {"provisioningState", "Succeeded"},
        {"protocol", "TCP"}, // as Azure stores what a portal wrote
        {"access", "Allow"},
        {"direction", "Inbound"},
        {"priority", 1000},
        {"sourcePortRange", "*"},
        {"sourceAddressPrefix", "198.51.100.0/24"},
        {"destinationAddressPrefix", "*"},
        {"destinationPortRange", "3389"}};
}

} // namespace

HttpResponse ArmNetwork::answer(const HttpRequest& request, const std::vector<std::string>& parts) {
    const auto is = [&parts](std::size_t at, std::string_view word) {
        return parts.size() > at && iequals(parts[at], word);
    };
    if (is(6, "networkSecurityGroups") && parts.size() > 7) return of_group(request, parts);
    if (request.method != "GET") return arm_failure(405, "MethodNotAllowed", "no");
    if (is(6, "networkInterfaces") && parts.size() == 8) return of_interface(parts);
    if (is(6, "publicIPAddresses") && parts.size() == 8) return of_address(parts);
    if (!is(6, "virtualNetworks") || !is(8, "subnets") || parts.size() != 10) return not_found();
    const auto group = path_below(parts, "networkSecurityGroups/subnet-nsg");
    return json_answer(
        200, {{"name", parts[9]}, {"properties", {{"networkSecurityGroup", {{"id", group}}}}}}
    );
}

HttpResponse ArmNetwork::of_interface(const std::vector<std::string>& parts) const {
    const auto& name = parts[7];
    if (!name.ends_with(of_interface_suffix)) return not_found();
    const auto vm = name.substr(0, name.size() - of_interface_suffix.size());
    const auto index = resources_.find(parts[1], parts[3], vm);
    if (!index) return not_found();
    auto interface = resources_.interface(*index);
    auto& properties = interface["properties"];
    properties["networkSecurityGroup"] = {
        {"id", path_below(parts, "networkSecurityGroups/" + vm + "-nsg")}};
    properties["ipConfigurations"][0]["properties"]["subnet"] = {
        {"id", path_below(parts, "virtualNetworks/net/subnets/default")}};
    return json_answer(200, interface);
}

HttpResponse ArmNetwork::of_address(const std::vector<std::string>& parts) const {
    const auto& name = parts[7];
    if (!name.ends_with(of_address_suffix)) return not_found();
    const auto vm = name.substr(0, name.size() - of_address_suffix.size());
    const auto index = resources_.find(parts[1], parts[3], vm);
    if (!index || !resources_.has_public_address(*index)) return not_found();
    return json_answer(200, resources_.public_address(*index));
}

ArmNetwork::Group& ArmNetwork::group_at(const std::string& path) {
    auto [found, made] = groups_.try_emplace(ascii_lower(path), Group{path, {}});
    if (made) found->second.rules["allow-rdp"] = allow_rdp();
    return found->second;
}

std::vector<json> ArmNetwork::groups(std::size_t subscription, std::string_view group) {
    std::vector<json> found;
    const auto add = [&](const std::string& place, const std::string& name) {
        const auto path = path_below(
            {"subscriptions", ArmResources::subscription_id(subscription), "resourceGroups", place},
            "networkSecurityGroups/" + name
        );
        found.push_back(describe(group_at(path)));
    };
    for (const auto& each : resources_.groups(subscription)) {
        const auto place = each.at("name").get<std::string>();
        const bool empty = !place.starts_with("rg-") || place == "rg-pool";
        if (empty || (!group.empty() && !iequals(place, group))) continue;
        add(place, "subnet-nsg");
        for (auto i = subscription; i < resources_.size(); i += resources_.scene().subscriptions)
            if (resources_.in_group(i, place))
                add(place, resources_.machine(i).value("name", std::string()) + "-nsg");
    }
    return found;
}

json ArmNetwork::describe(const Group& group) {
    auto list = json::array();
    for (const auto& [name, properties] : group.rules)
        list.push_back(rule_at(group.path, name, properties));
    return {
        {"name", group.path.substr(group.path.rfind('/') + 1)},
        {"id", group.path},
        {"type", "Microsoft.Network/networkSecurityGroups"},
        {"location", "westeurope"},
        {"properties", {{"provisioningState", "Succeeded"}, {"securityRules", list}}}};
}

HttpResponse
ArmNetwork::of_group(const HttpRequest& request, const std::vector<std::string>& parts) {
    auto& group = group_at(path_below(parts, "networkSecurityGroups/" + parts[7]));
    const bool of_rules = parts.size() > 8 && iequals(parts[8], "securityRules");
    if (parts.size() == 10 && of_rules) return of_rule(request, group, parts[9]);
    if (request.method != "GET") return not_found();
    if (parts.size() == 8) return json_answer(200, describe(group));
    if (parts.size() != 9 || !of_rules) return not_found();
    return json_answer(200, {{"value", describe(group)["properties"]["securityRules"]}});
}

HttpResponse
ArmNetwork::of_rule(const HttpRequest& request, Group& group, const std::string& name) {
    if (request.method == "GET") return show(group, name);
    if (!group.changing.empty()) {
        stats_.request(0, "refused securityRules");
        return arm_failure(409, "AnotherOperationInProgress", "Another operation is in progress.");
    }
    if (request.method == "PUT") return make(request, group, name);
    if (request.method == "DELETE") return remove(group, name);
    return arm_failure(405, "MethodNotAllowed", "no");
}

// The second look at what is being made or removed finds it done.
HttpResponse ArmNetwork::show(Group& group, const std::string& name) {
    const auto found = group.rules.find(name);
    if (found == group.rules.end()) return not_found();
    auto answer = json_answer(200, rule_at(group.path, name, found->second));
    if (group.changing != name || ++group.looks < 2) return answer;
    group.changing.clear();
    if (found->second["provisioningState"] == "Deleting") {
        group.rules.erase(found);
        return not_found();
    }
    found->second["provisioningState"] = "Succeeded";
    return json_answer(200, rule_at(group.path, name, found->second));
}

HttpResponse ArmNetwork::remove(Group& group, const std::string& name) {
    stats_.request(0, "DELETE securityRules");
    if (name == "allow-rdp") stats_.violation("a rule that is none of ours was removed");
    const auto found = group.rules.find(name);
    if (found == group.rules.end()) return json_answer(204, nullptr);
    found->second["provisioningState"] = "Deleting";
    group.changing = name;
    group.looks = 0;
    return json_answer(202, nullptr);
}

HttpResponse ArmNetwork::make(const HttpRequest& request, Group& group, const std::string& name) {
    const auto body = json::parse(request.body, nullptr, false);
    const auto properties = body.is_object() ? body.value("properties", json()) : json();
    for (const auto* needed :
         {"protocol",
          "access",
          "direction",
          "priority",
          "sourcePortRange",
          "sourceAddressPrefix",
          "destinationAddressPrefix",
          "destinationPortRange"}) {
        if (!properties.contains(needed))
            return arm_failure(400, "SecurityRuleParameterMissing", needed);
    }
    for (const auto& [other, its] : group.rules) {
        if (other != name && its["priority"] == properties["priority"])
            return arm_failure(400, "SecurityRuleConflict", "Rules have the same priority.");
    }
    stats_.request(0, "PUT securityRules");
    check_rule(group, properties);
    group.rules[name] = properties;
    group.rules[name]["provisioningState"] = "Updating";
    group.changing = name;
    group.looks = 0;
    return json_answer(201, rule_at(group.path, name, group.rules[name]));
}

void ArmNetwork::check_rule(const Group& group, const json& properties) {
    if (properties["sourceAddressPrefix"] != "198.51.100.0/24")
        stats_.violation("a rule for other sources than the old one's");
    if (properties["direction"] != "Inbound" || properties["access"] != "Allow")
        stats_.violation("a rule that lets nobody in");
    if (properties["protocol"] != "Tcp") stats_.violation("a rule for more than TCP");
    const auto& to = properties["destinationAddressPrefix"];
    if (!to.is_string() || !is_address_behind(group, to.get<std::string>()))
        stats_.violation("a rule for other addresses than one VM's behind the group");
}

// The group of an interface is for its VM alone, that of a subnet for any of the fleet's.
bool ArmNetwork::is_address_behind(const Group& group, const std::string& address) const {
    const auto name = group.path.substr(group.path.rfind('/') + 1);
    for (std::size_t i = 0; i < resources_.size(); ++i) {
        const auto own = resources_.machine(i).value("name", std::string()) + "-nsg";
        if (name != "subnet-nsg" && !iequals(own, name)) continue;
        const auto interface = resources_.interface(i);
        const auto& found =
            interface.at("/properties/ipConfigurations/0/properties/privateIPAddress"_json_pointer);
        if (found == address) return true;
    }
    return false;
}

} // namespace simfleet
