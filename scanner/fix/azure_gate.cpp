// Opens a port in a VM's network security groups, and closes it again.
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/fix/azure_guard.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

using namespace std::chrono_literals;
using azure::field;
using azure::text;
using nlohmann::json;

constexpr auto vm_version = "?api-version=2024-07-01";
constexpr auto network_version = "?api-version=2023-11-01";
constexpr auto between_tries = 2s;

// Returns the element of a list that says it is primary; the first where none does.
const json& primary_of(const json& list) {
    static const json nothing;
    if (!list.is_array() || list.empty()) return nothing;
    for (const auto& one : list) {
        if (azure::flag(one, "properties/primary")) return one;
    }
    return list.front();
}

Error rule_refused(const azure::RestAnswer& answer) {
    return azure::arm_error(answer).with_hint(
        "docs/azure-roles/fix-port.json names the rights that --open-nsg takes"
    );
}

std::string path_of(const json& group, const GatedVm& vm) {
    return text(group, "id") + "/securityRules/" + vm.name + network_version;
}

} // namespace

struct AzureGuard::Gates {
    GatedVm vm;
    std::vector<json> groups;
};

Task<Result<AzureGuard::Gates>>
AzureGuard::gates_of(const Target& target, const PortMove& move, HostDeadline& deadline) {
    auto path = target.vm + vm_version;
    auto vm = co_await arm_.get_json(std::move(path), deadline);
    if (!vm) co_return std::move(vm).error();
    const auto& interfaces = field(*vm, "properties/networkProfile/networkInterfaces");
    path = text(primary_of(interfaces), "id") + network_version;
    auto interface = co_await arm_.get_json(std::move(path), deadline);
    if (!interface) co_return std::move(interface).error();
    std::vector<std::string> ids;
    ids.push_back(text(*interface, "properties/networkSecurityGroup/id"));
    const auto& addresses = field(*interface, "properties/ipConfigurations");
    Gates gates;
    gates.vm.name = rule_name(target.vm, move);
    gates.vm.address = text(primary_of(addresses), "properties/privateIPAddress");
    if (gates.vm.address.empty())
        co_return Error(Phase::config, Errc::unsupported, "Azure does not tell its address");
    const auto subnet_id = text(primary_of(addresses), "properties/subnet/id");
    if (!subnet_id.empty()) {
        path = subnet_id + network_version;
        auto subnet = co_await arm_.get_json(std::move(path), deadline);
        if (!subnet) co_return std::move(subnet).error();
        ids.push_back(text(*subnet, "properties/networkSecurityGroup/id"));
    }
    for (const auto& id : ids) {
        if (id.empty()) continue;
        path = id + network_version;
        auto group = co_await arm_.get_json(std::move(path), deadline);
        if (!group) co_return std::move(group).error();
        gates.groups.push_back(*std::move(group));
    }
    co_return gates;
}

Task<Status> AzureGuard::make_rule(std::string path, const PortRule& rule, HostDeadline& deadline) {
    auto begun = co_await arm_.put(path, rule.body, deadline);
    if (!begun) co_return std::move(begun).error();
    if (begun->status < 200 || begun->status > 202) co_return rule_refused(*begun);
    for (;;) {
        auto made = co_await arm_.get_json(path, deadline);
        if (!made) co_return std::move(made).error();
        const auto state = text(*made, "properties/provisioningState");
        if (iequals(state, "Succeeded")) co_return Status();
        bool goes_on = !iequals(state, "Failed");
        if (goes_on) goes_on = co_await deadline.sleep(between_tries);
        if (!goes_on)
            co_return Error(
                Phase::config,
                Errc::unsupported,
                "Azure did not open the port: " + printable(state, 40)
            );
    }
}

Task<Status> AzureGuard::remove_rule(std::string path, HostDeadline& deadline) {
    auto begun = co_await arm_.remove(std::move(path), deadline);
    if (!begun) co_return std::move(begun).error();
    constexpr int not_there = 404;
    if (begun->status >= 200 && begun->status <= 204) co_return Status();
    if (begun->status == not_there) co_return Status();
    co_return rule_refused(*begun);
}

Task<std::string>
AzureGuard::missing_rule(const Target& target, const PortMove& move, HostDeadline& deadline) {
    auto gates = co_await gates_of(target, move, deadline);
    if (!gates) co_return std::string();
    std::string words;
    for (const auto& group : gates->groups) {
        const auto rule = rule_for(group, gates->vm, move);
        if (rule && rule->like.empty()) continue;
        if (!words.empty()) words += "; ";
        if (!rule)
            words += std::string(rule.error().detail());
        else
            words += "network security group " + printable(text(group, "name"), 100) +
                     " lacks a rule for TCP " + std::to_string(move.to) + " like its rule " +
                     rule->like + " for " + std::to_string(move.from);
    }
    co_return words;
}

// Another VM of the plan may take the same priority of a shared group meanwhile.
Task<Result<std::string>>
AzureGuard::open_port(const Target& target, const PortMove& move, HostDeadline& deadline) {
    constexpr int most_tries = 5;
    for (int tries = 1;; ++tries) {
        auto opened = co_await try_to_open(target, move, deadline);
        if (opened || tries == most_tries) co_return opened;
        const auto& error = opened.error();
        if (error.phase() != Phase::inventory || error.code() == Errc::access_denied)
            co_return opened;
        const bool slept = co_await deadline.sleep(between_tries);
        if (!slept) co_return opened;
    }
}

Task<Result<std::string>>
AzureGuard::try_to_open(const Target& target, const PortMove& move, HostDeadline& deadline) {
    auto gates = co_await gates_of(target, move, deadline);
    if (!gates) co_return std::move(gates).error();
    // All or none: one that cannot be opened keeps the others as they are.
    std::vector<PortRule> rules;
    for (const auto& group : gates->groups) {
        auto rule = rule_for(group, gates->vm, move);
        if (!rule) co_return std::move(rule).error();
        rules.push_back(*std::move(rule));
    }
    std::string opened;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto& group = gates->groups[i];
        if (rules[i].like.empty() && !rules[i].made) continue;
        opened += (opened.empty() ? "" : ", ") + text(group, "name") + "/" + gates->vm.name;
        if (rules[i].made) continue;
        auto path = path_of(group, gates->vm);
        auto made = co_await make_rule(std::move(path), rules[i], deadline);
        if (!made) co_return std::move(made).error();
    }
    co_return opened;
}

Task<Status>
AzureGuard::close_port(const Target& target, const PortMove& move, HostDeadline& deadline) {
    auto gates = co_await gates_of(target, move, deadline);
    if (!gates) co_return std::move(gates).error();
    for (const auto& group : gates->groups) {
        const auto& rules = field(group, "properties/securityRules");
        const bool ours =
            rules.is_array() && std::any_of(rules.begin(), rules.end(), [&](const json& rule) {
                return is_of_plan(rule, gates->vm, move);
            });
        if (!ours) continue;
        auto path = path_of(group, gates->vm);
        auto removed = co_await remove_rule(std::move(path), deadline);
        if (!removed) co_return removed;
    }
    co_return Status();
}

} // namespace rdpsweep
