// Opens a port in a VM's network security groups, and closes it again.
#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/fix/azure_guard.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>
#include <random>
#include <set>

namespace rdpsweep {

namespace {

using azure::field;
using azure::text;
using nlohmann::json;

constexpr auto vm_version = "?api-version=2024-07-01";
constexpr auto network_version = "?api-version=2023-11-01";
constexpr int most_tries = 5;

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

// Another program, or a person, may write to the group as well.
bool is_worth_a_try(const Error& error) {
    return error.phase() == Phase::inventory && error.code() != Errc::access_denied;
}

std::set<std::string> ids_of(const std::vector<json>& groups) {
    std::set<std::string> ids;
    for (const auto& group : groups)
        ids.insert(ascii_lower(text(group, "id")));
    return ids;
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
        auto subnet = co_await arm_.get_large_json(std::move(path), deadline);
        if (!subnet) co_return std::move(subnet).error();
        ids.push_back(text(*subnet, "properties/networkSecurityGroup/id"));
    }
    for (const auto& id : ids) {
        if (id.empty()) continue;
        path = id + network_version;
        auto group = co_await arm_.get_large_json(std::move(path), deadline);
        if (!group) co_return std::move(group).error();
        gates.groups.push_back(*std::move(group));
    }
    co_return gates;
}

// A host that waits asks Azure nothing: a hundred that did would use up the reads of all. What the
// groups have is read again after another host's turn: it took a priority meanwhile.
Task<Result<AzureGuard::Gates>> AzureGuard::gates_in_turn(
    const Target& target, const PortMove& move, HostDeadline& deadline, GroupTurn& turn
) {
    auto gates = co_await gates_of(target, move, deadline);
    if (!gates || turn.take(ids_of(gates->groups))) co_return gates;
    for (;;) {
        const auto wanted = ids_of(gates->groups);
        while (!turn.take(wanted)) {
            const bool slept = co_await deadline.sleep(pause_ / 4);
            if (!slept)
                co_return Error(
                    Phase::run, Errc::timed_out, "other hosts wrote to its network security group"
                );
        }
        gates = co_await gates_of(target, move, deadline);
        if (!gates || ids_of(gates->groups) == wanted) co_return gates;
        turn.give_back(); // it was moved to another group meanwhile
    }
}

// Hosts that were refused together do not come back together.
Task<bool> AzureGuard::wait_before_try(int number, HostDeadline& deadline) {
    static std::minstd_rand random{std::random_device{}()};
    const auto jitter = pause_ * static_cast<int>(random() % 100) / 100;
    const bool slept = co_await deadline.sleep(pause_ * number + jitter);
    co_return slept;
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
        bool goes_on = !iequals(state, "Failed") && !iequals(state, "Canceled");
        if (goes_on) goes_on = co_await deadline.sleep(pause_);
        if (!goes_on)
            co_return Error(
                Phase::config,
                Errc::unsupported,
                "Azure did not open the port: " + foreign_text(state, 40)
            );
    }
}

// Waits until Azure has removed it: until then the port is open, and the group takes no other.
Task<Status> AzureGuard::remove_rule(std::string path, HostDeadline& deadline) {
    auto begun = co_await arm_.remove(path, deadline);
    if (!begun) co_return std::move(begun).error();
    constexpr int begun_only = 202, not_there = 404;
    if (begun->status == not_there) co_return Status();
    if (begun->status < 200 || begun->status > 204) co_return rule_refused(*begun);
    while (begun->status == begun_only) {
        auto left = co_await arm_.get_json(path, deadline);
        if (!left && left.error().code() == Errc::name_not_found) co_return Status();
        if (!left) co_return std::move(left).error();
        const bool slept = co_await deadline.sleep(pause_);
        if (!slept)
            co_return Error(Phase::run, Errc::timed_out, "Azure had not removed the rule in time");
    }
    co_return Status();
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
            words += "network security group " + foreign_text(text(group, "name"), 100) +
                     " lacks a rule for TCP " + std::to_string(move.to) + " like its rule " +
                     rule->like + " for " + std::to_string(move.from);
    }
    co_return words;
}

Task<Result<std::string>>
AzureGuard::open_port(const Target& target, const PortMove& move, HostDeadline& deadline) {
    for (int tries = 1;; ++tries) {
        auto opened = co_await try_to_open(target, move, deadline);
        if (opened || tries == most_tries || !is_worth_a_try(opened.error())) co_return opened;
        const bool slept = co_await wait_before_try(tries, deadline);
        if (!slept) co_return opened;
    }
}

Task<Result<std::string>>
AzureGuard::try_to_open(const Target& target, const PortMove& move, HostDeadline& deadline) {
    GroupTurn turn(taken_);
    auto gates = co_await gates_in_turn(target, move, deadline, turn);
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
    for (int tries = 1;; ++tries) {
        auto closed = co_await try_to_close(target, move, deadline);
        if (closed || tries == most_tries || !is_worth_a_try(closed.error())) co_return closed;
        const bool slept = co_await wait_before_try(tries, deadline);
        if (!slept) co_return closed;
    }
}

Task<Status>
AzureGuard::try_to_close(const Target& target, const PortMove& move, HostDeadline& deadline) {
    GroupTurn turn(taken_);
    auto gates = co_await gates_in_turn(target, move, deadline, turn);
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
