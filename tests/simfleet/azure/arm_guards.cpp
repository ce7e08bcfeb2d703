// Answers for locks, disks and snapshots of the fleet's VMs.
#include "tests/simfleet/azure/arm_guards.hpp"

#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"

#include <nlohmann/json.hpp>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;

namespace {

json lock_on(const std::string& scope, const char* name, const char* level) {
    return {
        {"id", scope + "/providers/Microsoft.Authorization/locks/" + name},
        {"type", "Microsoft.Authorization/locks"},
        {"name", name},
        {"properties", {{"level", level}, {"notes", "simulated"}}}};
}

} // namespace

std::vector<json> ArmGuards::locks(std::size_t subscription) const {
    std::vector<json> locks;
    const auto every = resources_.scene().locked_every;
    if (every == 0) return locks;
    // One of a network nobody here uses: it is on no VM.
    locks.push_back(lock_on(
        "/subscriptions/" + ArmResources::subscription_id(subscription) +
            "/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub",
        "hub",
        "CanNotDelete"
    ));
    for (std::size_t i = subscription; i < resources_.size();
         i += resources_.scene().subscriptions) {
        if (i % every != every - 1) continue;
        // In another letter case than the VM's own id.
        const auto id = resources_.machine(i).at("id").get<std::string>();
        locks.push_back(lock_on(ascii_lower(id), "keep", i % 2 == 0 ? "ReadOnly" : "CanNotDelete"));
    }
    return locks;
}

HttpResponse ArmGuards::make(const HttpRequest& request, const std::string& path) {
    const auto body = json::parse(request.body, nullptr, false);
    const auto source =
        body.is_object()
            ? body.value("/properties/creationData/sourceResourceId"_json_pointer, std::string())
            : std::string();
    const auto how =
        body.is_object()
            ? body.value("/properties/creationData/createOption"_json_pointer, std::string())
            : std::string();
    constexpr std::size_t longest = 80;
    const auto name = path.substr(path.rfind('/') + 1);
    const auto location = body.is_object() ? body.value("location", std::string()) : std::string();
    if (location.empty() || how != "Copy" || name.size() > longest)
        return arm_failure(400, "InvalidParameter", "Required parameter is missing or wrong.");
    if (!resources_.find_disk(source)) {
        stats_.violation("a copy of what is no OS disk");
        return arm_failure(404, "ResourceNotFound", "The disk was not found.");
    }
    const Snapshot snapshot{path, source, location};
    snapshots_[ascii_lower(path)] = snapshot;
    return json_answer(202, describe(snapshot));
}

json ArmGuards::describe(const Snapshot& snapshot) const {
    const char* state = "Updating";
    if (snapshot.looks > 1) state = resources_.scene().snapshots_fail ? "Failed" : "Succeeded";
    if (snapshot.leaving) state = "Deleting";
    const auto index = resources_.find_disk(snapshot.source);
    const auto disk = index ? resources_.disk(*index) : json::object();
    json creation{{"createOption", "Copy"}, {"sourceResourceId", snapshot.source}};
    creation["sourceUniqueId"] = disk.value("/properties/uniqueId"_json_pointer, json());
    return {
        {"name", snapshot.path.substr(snapshot.path.rfind('/') + 1)},
        {"id", snapshot.path},
        {"type", "Microsoft.Compute/snapshots"},
        {"location", snapshot.location},
        {"sku", {{"name", "Standard_LRS"}, {"tier", "Standard"}}},
        {"properties",
         {{"provisioningState", state},
          {"incremental", true},
          {"osType", "Windows"},
          {"diskSizeGB", disk.value("/properties/diskSizeGB"_json_pointer, json())},
          {"timeCreated", "2024-01-02T03:04:05.678+00:00"},
          {"creationData", creation}}}};
}

std::vector<json> ArmGuards::snapshots(std::size_t subscription, std::string_view group) const {
    const auto own = "/subscriptions/" + ArmResources::subscription_id(subscription) +
                     "/resourcegroups/" + ascii_lower(group) + (group.empty() ? "" : "/");
    std::vector<json> found;
    for (const auto& [path, snapshot] : snapshots_)
        if (path.starts_with(own)) found.push_back(describe(snapshot));
    return found;
}

HttpResponse ArmGuards::of_snapshot(const HttpRequest& request, const std::string& path) {
    if (request.method == "PUT") return make(request, path);
    const auto found = snapshots_.find(ascii_lower(path));
    if (request.method == "DELETE") {
        if (found == snapshots_.end()) return json_answer(204, nullptr);
        found->second.leaving = true;
        found->second.looks = 0;
        return json_answer(202, nullptr);
    }
    if (request.method != "GET" || found == snapshots_.end())
        return arm_failure(404, "ResourceNotFound", "The snapshot was not found.");
    auto& snapshot = found->second;
    if (++snapshot.looks > 1 && snapshot.leaving) {
        snapshots_.erase(found);
        return arm_failure(404, "ResourceNotFound", "The snapshot was not found.");
    }
    return json_answer(200, describe(snapshot));
}

} // namespace simfleet
