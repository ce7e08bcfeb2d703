// Puts the sources of an inventory together: defaults, jump hosts, credentials.
#include "scanner/inventory/inventory.hpp"

#include "scanner/inventory/check_inventory.hpp"
#include "scanner/inventory/disk_targets.hpp"
#include "transports/registry.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace rdpsweep {

namespace {

// Returns the route of a target for which nobody wrote one: the first row of the registry.
std::string default_transport() {
    return std::string(all_transports().front().name);
}

// Replaces a credential with nothing but a user by one that says where its password
// comes from; of several equal ones the first stays.
void replace_implied(Inventory& inventory) {
    std::map<std::string, std::string> renamed;
    std::vector<CredentialSpec> kept;
    for (auto& spec : inventory.credentials) {
        const auto better = std::find_if(
            inventory.credentials.begin(),
            inventory.credentials.end(),
            [&spec](const CredentialSpec& other) {
                return !other.implied && other.username == spec.username &&
                       other.kerberos == spec.kerberos;
            }
        );
        if (spec.implied && better != inventory.credentials.end()) {
            renamed[spec.name] = better->name;
        }
    }
    for (auto& spec : inventory.credentials) {
        const bool again = std::any_of(kept.begin(), kept.end(), [&spec](const auto& other) {
            return spec.implied && other.name == spec.name;
        });
        if (!again && !(spec.implied && renamed.count(spec.name) > 0)) kept.push_back(spec);
    }
    inventory.credentials = std::move(kept);
    if (renamed.empty()) return;
    for (auto& target : inventory.targets) {
        const auto at = renamed.find(target.credential);
        if (at != renamed.end()) target.credential = at->second;
    }
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
    if (to.empty()) {
        to = std::move(from);
    } else {
        to.insert(
            to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end())
        );
    }
}

} // namespace

std::uint16_t first_port(const Target& target) noexcept {
    // What Azure leads to has no port: WinRM's tells such targets apart.
    const auto port = target.route.empty() ? nullptr : traits_of(target.route.front()).port;
    return port != nullptr ? port(target) : target.winrm.port;
}

std::string_view to_string(LimitRange range) noexcept {
    switch (range) {
    case LimitRange::all:
        return "all";
    case LimitRange::subnet:
        return "subnet";
    case LimitRange::subscription:
        return "subscription";
    case LimitRange::credential:
        return "credential";
    case LimitRange::transport:
        return "transport";
    }
    return "";
}

Inventory merge(std::vector<InventorySource> sources, Problems& problems) {
    const auto shared = std::find_if(sources.begin(), sources.end(), [](const auto& source) {
        return source.has_defaults;
    });
    const TargetDraft fallback = shared == sources.end() ? TargetDraft{} : shared->defaults;

    Inventory inventory;
    std::vector<Target> jump_hosts;
    for (auto& source : sources) {
        const auto& defaults = source.has_defaults ? source.defaults : fallback;
        for (std::size_t i = 0; i < source.targets.size(); ++i) {
            auto& target = source.targets[i];
            // Where only its disk is known, no other route leads anywhere.
            if (!source.given[i].has(Field::route) && has_only_disk(target)) {
                target.route = {std::string(disk_transport())};
                source.given[i].add(Field::route);
            }
            apply_defaults(target, source.given[i], defaults);
            if (target.route.empty()) target.route = {default_transport()};
        }
        append(inventory.targets, source.targets);
        append(jump_hosts, source.jump_hosts);
        append(inventory.credentials, source.credentials);
        append(inventory.limits, source.limits);
        append(inventory.notes, source.notes);
        source = InventorySource{};
    }
    resolve_jump_hosts(inventory.targets, jump_hosts, problems);
    check_credentials(inventory.credentials, problems);
    replace_implied(inventory);
    // Half-read targets would only repeat what was said.
    if (!problems.empty()) return inventory;
    check_duplicates(inventory.targets, problems);
    check_targets(inventory, problems);
    return inventory;
}

} // namespace rdpsweep
