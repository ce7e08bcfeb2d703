// Asks Azure for locks, for a VM's state and for snapshots of its disk.
#include "scanner/fix/azure_guard.hpp"

#include "core/foreign_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/admission/keys.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/fields.hpp"
#include "transports/azure/rows.hpp"

namespace rdpsweep {

namespace {

using namespace std::chrono_literals;
using azure::field;
using azure::text;
using nlohmann::json;

constexpr auto compute_version = "api-version=2024-07-01";
constexpr auto disk_version = "?api-version=2024-03-02";
constexpr auto between_looks = 5s;

// Returns "/subscriptions/S/resourceGroups/G/providers/..." up to and including G.
std::string group_path(const std::string& id) {
    const auto parts = split(id, '/');
    if (parts.size() < 5) return {};
    return "/subscriptions/" + parts[2] + "/resourceGroups/" + parts[4];
}

Error refused(const azure::RestAnswer& answer) {
    return azure::arm_error(answer).with_hint(
        "docs/azure-roles/fix.json names the rights that fixes take"
    );
}

Error no_copy(std::string why) {
    return {Phase::config, Errc::unsupported, "no copy of the OS disk: " + std::move(why)};
}

json snapshot_body(const std::string& location, const std::string& disk) {
    return {
        {"location", location},
        {"tags", {{"rdpsweep", "before a fix"}}},
        {"properties",
         {{"incremental", true},
          {"creationData", {{"createOption", "Copy"}, {"sourceResourceId", disk}}}}}};
}

// Returns the snapshot's state; empty while it is being made.
std::string state_of(const json& snapshot) {
    const auto state = text(snapshot, "properties/provisioningState");
    const bool at_end =
        iequals(state, "Succeeded") || iequals(state, "Failed") || iequals(state, "Canceled");
    return at_end ? ascii_lower(state) : std::string();
}

bool is_of(const json& snapshot, const std::string& disk) {
    return iequals(text(snapshot, "properties/creationData/sourceResourceId"), disk);
}

} // namespace

std::string AzureGuard::lock_on(const Target& target) const {
    const auto* lock = locks_.on(target.vm);
    if (lock == nullptr) return {};
    return "Azure locks it: " + foreign_text(lock->level, 40) + " " + foreign_text(lock->name, 100);
}

Task<Result<std::string>> AzureGuard::objection(const Target& target, HostDeadline& deadline) {
    auto subscription = subscription_of(target);
    auto read = co_await locks_.read(std::move(subscription), deadline);
    if (!read) co_return std::move(read).error();
    auto locked = lock_on(target);
    if (!locked.empty()) co_return locked;
    auto path = target.vm + "?$expand=instanceView&" + compute_version;
    auto vm = co_await arm_.get_json(std::move(path), deadline);
    if (!vm) co_return std::move(vm).error();
    const auto state = text(*vm, "properties/provisioningState");
    if (!iequals(state, "Succeeded")) co_return "Azure is changing it: " + foreign_text(state, 40);
    const auto power = azure::state_of_view(field(*vm, "properties/instanceView")).power;
    if (power != "running") co_return "Azure says that it is " + foreign_text(power, 40);
    co_return std::string();
}

Task<Result<std::string>>
AzureGuard::snapshot(const Target& target, const std::string& name, HostDeadline& deadline) {
    auto path = target.vm + "?" + compute_version;
    auto vm = co_await arm_.get_json(std::move(path), deadline);
    if (!vm) co_return std::move(vm).error();
    const auto disk = text(*vm, "properties/storageProfile/osDisk/managedDisk/id");
    if (disk.empty()) co_return no_copy("it is not a managed disk");
    const auto id = group_path(target.vm) + "/providers/Microsoft.Compute/snapshots/" + name;
    auto url = id + disk_version;
    const auto body = snapshot_body(text(*vm, "location"), disk);
    auto begun = co_await arm_.put(url, dump_json(body), deadline);
    if (!begun) co_return std::move(begun).error();
    if (begun->status < 200 || begun->status > 202) co_return refused(*begun);
    for (;;) {
        auto made = co_await arm_.get_json(url, deadline);
        if (!made) co_return std::move(made).error();
        const auto state = state_of(*made);
        if (state == "succeeded" && is_of(*made, disk)) co_return id;
        if (state == "succeeded") co_return no_copy("what is called " + name + " is of another");
        if (!state.empty()) co_return no_copy("Azure says " + state);
        const bool slept = co_await deadline.sleep(between_looks);
        if (!slept) co_return no_copy("it was not done in time");
    }
}

} // namespace rdpsweep
