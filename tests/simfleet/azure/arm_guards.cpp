// Answers for locks of the fleet's VMs.
#include "tests/simfleet/azure/arm_guards.hpp"

#include "core/text.hpp"

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

} // namespace simfleet
