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

HttpResponse not_found() {
    return arm_failure(404, "ResourceNotFound", "The resource was not found.");
}

// Returns ".../providers/Microsoft.Network/" with the rest.
std::string path_below(const std::vector<std::string>& parts, const std::string& rest) {
    return "/subscriptions/" + parts[1] + "/resourceGroups/" + parts[3] +
           "/providers/Microsoft.Network/" + rest;
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

HttpResponse
ArmNetwork::of_group(const HttpRequest& request, const std::vector<std::string>& parts) {
    const auto path = path_below(parts, "networkSecurityGroups/" + parts[7]);
    auto [found, made] = groups_.try_emplace(ascii_lower(path));
    if (made) found->second["allow-rdp"] = allow_rdp();
    auto& rules = found->second;
    if (parts.size() == 10 && iequals(parts[8], "securityRules"))
        return of_rule(request, rules, parts[9]);
    if (parts.size() != 8 || request.method != "GET") return not_found();
    auto list = json::array();
    for (const auto& [name, properties] : rules)
        list.push_back({{"name", name}, {"properties", properties}});
    return json_answer(
        200, {{"name", parts[7]}, {"id", path}, {"properties", {{"securityRules", list}}}}
    );
}

HttpResponse
ArmNetwork::of_rule(const HttpRequest& request, Rules& rules, const std::string& name) {
    if (request.method == "PUT") return make(request, rules, name);
    const auto found = rules.find(name);
    if (request.method == "DELETE") {
        stats_.request(0, "DELETE securityRules");
        if (name == "allow-rdp") stats_.violation("a rule that is none of ours was removed");
        if (found == rules.end()) return json_answer(204, json::object());
        rules.erase(found);
        return json_answer(202, json::object());
    }
    if (found == rules.end()) return not_found();
    return json_answer(200, {{"name", name}, {"properties", found->second}});
}

HttpResponse ArmNetwork::make(const HttpRequest& request, Rules& rules, const std::string& name) {
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
    for (const auto& [other, its] : rules) {
        if (other != name && its["priority"] == properties["priority"])
            return arm_failure(400, "SecurityRuleConflict", "Rules have the same priority.");
    }
    stats_.request(0, "PUT securityRules");
    if (properties["sourceAddressPrefix"] != "198.51.100.0/24")
        stats_.violation("a rule for other sources than the old one's");
    rules[name] = properties;
    rules[name]["provisioningState"] = "Succeeded";
    return json_answer(201, {{"name", name}, {"properties", rules[name]}});
}

} // namespace simfleet
