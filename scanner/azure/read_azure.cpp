// Asks Azure for its VMs on a lane of its own, and waits for the answer.
#include "scanner/azure/read_azure.hpp"

#include "core/spawn.hpp"
#include "core/text.hpp"
#include "scanner/azure/azure_plane.hpp"
#include "scanner/azure/azure_targets.hpp"
#include "transports/azure/inventory.hpp"

#include <set>

namespace rdpsweep {

namespace {

constexpr auto where = "azure";
constexpr auto patience = std::chrono::minutes(10);

void complain(const Error& error, Problems& problems) {
    auto what = std::string(error.detail());
    if (!error.native().empty()) what += " (" + std::string(error.native()) + ")";
    problems.add(where, std::move(what), std::string(error.hint()));
}

// Asks on a lane of its own, to the end.
Result<azure::FoundVms> ask(AzurePlane& plane, const AzureOptions& options) {
    asio::io_context lane(1);
    // Several subscriptions are read at once, and each list comes in large pages.
    auto bytes = std::make_shared<HostBytes>(nullptr, ByteRules{.host = limits::azure_list_bytes});
    HostDeadline deadline(lane.get_executor(), Clock::now() + patience, std::move(bytes));
    std::optional<Result<azure::FoundVms>> answer;
    const auto task = [&]() -> Task<void> {
        azure::InventoryScope wanted{
            options.subscriptions, options.resource_groups, options.resources};
        auto found = co_await azure::find_vms(plane.arm(), std::move(wanted), deadline);
        answer.emplace(std::move(found));
        deadline.abort(); // nothing else keeps the lane
    };
    spawn(lane.get_executor(), task);
    lane.run();
    if (answer) return std::move(*answer);
    return Error(Phase::inventory, Errc::bug, "Azure's answer got lost");
}

std::string summary(AzurePlane& plane, const azure::FoundVms& found) {
    std::set<std::string> subscriptions;
    for (const auto& vm : found.vms)
        subscriptions.insert(vm.subscription);
    return "Azure: " + std::to_string(found.vms.size()) + " Windows VMs in " +
           std::to_string(subscriptions.size()) + " subscriptions of " + plane.cloud().name +
           ", asked by " + plane.arm().describe() + " in " + std::to_string(plane.arm().calls()) +
           " calls";
}

} // namespace

bool take_azure_inventory(const std::string& written, AzureOptions& options) {
    constexpr std::string_view prefix = "azure:";
    if (!written.starts_with(prefix)) return false;
    const auto names = written.substr(prefix.size());
    if (names.empty()) {
        options.all = true;
        return true;
    }
    for (auto& name : split(names, ','))
        if (!trim(name).empty()) options.subscriptions.emplace_back(trim(name));
    return true;
}

void read_azure(const AzureOptions& options, Problems& problems, InventorySource& source) {
    auto plane = AzurePlane::open(options);
    if (!plane) return complain(plane.error(), problems);
    auto found = ask(**plane, options);
    if (!found) return complain(found.error(), problems);
    source.notes.push_back(summary(**plane, *found));
    for (auto& note : found->notes)
        source.notes.push_back("Azure: " + note);
    if (!found->complete) source.notes.emplace_back("Azure: the inventory is incomplete");
    add_azure_targets(found->vms, options, source);
}

} // namespace rdpsweep
