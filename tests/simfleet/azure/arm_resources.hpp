// The fleet's VMs as resources of Azure: what Microsoft.Compute and Microsoft.Network would list.
#pragma once

#include "tests/simfleet/fleet.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

// How much of real life is in the simulated subscriptions.
struct ArmScene {
    std::size_t subscriptions = 3;
    std::size_t stopped_every = 0; // every so-manieth VM is deallocated; 0: none
    std::size_t locked_every = 0;  // every so-manieth VM has a lock; 0: none
    std::size_t set_size = 0; // so many VMs of a subscription share an availability set; 0: none
    bool snapshots_fail = false;
    // What is special about the OS disk of each VM, dealt in turn: plain, ade, confidential,
    // private, entra, ephemeral, unmanaged; policy and no-right forbid a snapshot of it.
    std::vector<std::string> disk_kinds;
    bool messy = false; // Linux VMs, a scale set, a disabled subscription, stale Resource Graph
};

class ArmResources {
public:
    ArmResources(const Fleet& fleet, ArmScene scene) : fleet_(fleet), scene_(scene) {}

    [[nodiscard]] const ArmScene& scene() const noexcept { return scene_; }

    // The number of VMs of the fleet, and their place.
    [[nodiscard]] std::size_t size() const noexcept { return fleet_.size(); }

    [[nodiscard]] std::size_t subscription_of(std::size_t index) const noexcept {
        return index % scene_.subscriptions;
    }

    [[nodiscard]] bool stopped(std::size_t index) const noexcept {
        return scene_.stopped_every != 0 &&
               index % scene_.stopped_every == scene_.stopped_every - 1;
    }

    [[nodiscard]] const Fleet& fleet() const noexcept { return fleet_; }

    // The VM at an id's subscription, group and name, in any letter case; nothing for another.
    [[nodiscard]] std::optional<std::size_t>
    find(std::string_view subscription, std::string_view group, std::string_view name) const;

    // The resource groups of a subscription's VMs, and those that the scene has beside them.
    [[nodiscard]] std::vector<nlohmann::json> groups(std::size_t subscription) const;
    [[nodiscard]] bool in_group(std::size_t index, std::string_view group) const;

    [[nodiscard]] nlohmann::json instance_view(std::size_t index) const;

    // What the VM's serial port said, as boot diagnostics keep it.
    [[nodiscard]] std::string boot_log(std::size_t index) const;

    static std::string subscription_id(std::size_t number);
    [[nodiscard]] nlohmann::json subscription(std::size_t number) const;

    // A VM as a list of Microsoft.Compute has it: its resource group in capitals.
    [[nodiscard]] nlohmann::json machine(std::size_t index) const;
    // The same with its state instead of its configuration (statusOnly=true).
    [[nodiscard]] nlohmann::json machine_state(std::size_t index) const;
    [[nodiscard]] nlohmann::json interface(std::size_t index) const;

    [[nodiscard]] bool has_public_address(std::size_t index) const noexcept {
        return index % 4 == 1;
    }

    [[nodiscard]] nlohmann::json public_address(std::size_t index) const;
    // The disk of the VM's system, and the VM whose disk has that id, in any letter case.
    [[nodiscard]] nlohmann::json disk(std::size_t index) const;
    [[nodiscard]] std::optional<std::size_t> find_disk(std::string_view id) const;

    [[nodiscard]] std::string disk_kind(std::size_t index) const {
        const auto& kinds = scene_.disk_kinds;
        return kinds.empty() ? std::string() : kinds[index % kinds.size()];
    }

    [[nodiscard]] nlohmann::json linux_machine(std::size_t subscription) const;
    [[nodiscard]] nlohmann::json linux_view() const;

    // A scale set in uniform mode and its one instance, which does not run.
    [[nodiscard]] nlohmann::json scale_set(std::size_t subscription) const;
    [[nodiscard]] nlohmann::json instance(std::size_t subscription) const;
    [[nodiscard]] nlohmann::json instance_interface(std::size_t subscription) const;

    // As Resource Graph stores a VM, with its state under properties.extended; and any resource:
    // type and resource group in small letters.
    [[nodiscard]] nlohmann::json graph_machine(std::size_t index) const;
    static nlohmann::json graph_row(nlohmann::json resource, const std::string& tenant);

private:
    [[nodiscard]] nlohmann::json availability_set(std::size_t index) const;
    [[nodiscard]] nlohmann::json lone_machine(std::size_t index) const;
    [[nodiscard]] std::string name_of(std::size_t index) const;
    [[nodiscard]] std::string group_of(std::size_t index) const;
    [[nodiscard]] std::string
    id_of(std::size_t index, const std::string& group, const char* type, const char* suffix) const;

    const Fleet& fleet_;
    ArmScene scene_;
    mutable std::map<std::string, std::size_t> places_; // by folded id, made when first asked for
};

} // namespace simfleet
