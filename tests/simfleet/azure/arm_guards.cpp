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

std::string os_disk_of(const ArmResources& resources, std::size_t index) {
    const auto machine = resources.machine(index);
    return machine.at("/properties/storageProfile/osDisk/managedDisk/id"_json_pointer)
        .get<std::string>();
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

bool ArmGuards::is_os_disk(const std::string& id) const {
    for (std::size_t i = 0; i < resources_.size(); ++i) {
        if (rdpsweep::iequals(os_disk_of(resources_, i), id)) return true;
    }
    return false;
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
    if (body.value("location", std::string()).empty() || how != "Copy" || name.size() > longest)
        return arm_failure(400, "InvalidParameter", "Required parameter is missing or wrong.");
    if (!is_os_disk(source)) {
        stats_.violation("a copy of what is no OS disk");
        return arm_failure(404, "ResourceNotFound", "The disk was not found.");
    }
    snapshots_[ascii_lower(path)] = {source, 0};
    return json_answer(202, {{"name", name}, {"properties", {{"provisioningState", "Updating"}}}});
}

HttpResponse ArmGuards::of_snapshot(const HttpRequest& request, const std::string& path) {
    if (request.method == "PUT") return make(request, path);
    const auto found = snapshots_.find(ascii_lower(path));
    if (request.method != "GET" || found == snapshots_.end())
        return arm_failure(404, "ResourceNotFound", "The snapshot was not found.");
    auto& snapshot = found->second;
    const bool done = ++snapshot.looks > 1;
    const bool fails = resources_.scene().snapshots_fail;
    return json_answer(
        200,
        {{"id", path},
         {"properties",
          {{"provisioningState",
            !done   ? "Updating"
            : fails ? "Failed"
                    : "Succeeded"},
           {"incremental", true},
           {"creationData", {{"createOption", "Copy"}, {"sourceResourceId", snapshot.source}}}}}}
    );
}

} // namespace simfleet
