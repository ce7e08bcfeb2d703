// Holds the three queries and the paging that Resource Graph wants.
#include "transports/azure/graph.hpp"

#include "core/idle_exchanges.hpp"
#include "core/json.hpp"
#include "transports/azure/fields.hpp"

#include <algorithm>
#include <span>

namespace rdpsweep::azure {

namespace {

using nlohmann::json;

constexpr auto path = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
constexpr std::size_t rows_a_page = 1000; // the most it gives
constexpr IdleRules page_rules{.worth = 1, .most_idle = 64, .most = 10'000};
constexpr std::size_t subscriptions_a_query = 300;

// No join on its side: joined lists have lost rows without a word. Without id in the projection it
// stops after the first page; unsorted pages may repeat and leave out.
constexpr auto machines =
    "resources | where type =~ 'microsoft.compute/virtualmachines'"
    " | where tostring(properties.storageProfile.osDisk.osType) =~ 'Windows'"
    " | project id, name, location, zones, tags,"
    " os=tostring(properties.storageProfile.osDisk.osType),"
    " size=tostring(properties.hardwareProfile.vmSize),"
    " computer=tostring(properties.osProfile.computerName),"
    " power=tostring(properties.extended.instanceView.powerState.code),"
    " osName=tostring(properties.extended.instanceView.osName),"
    " osVersion=tostring(properties.extended.instanceView.osVersion),"
    " image=properties.storageProfile.imageReference,"
    " scaleSet=tostring(properties.virtualMachineScaleSet.id),"
    " availabilitySet=tostring(properties.availabilitySet.id),"
    " bootDiagnostics=tobool(properties.diagnosticsProfile.bootDiagnostics.enabled),"
    " nics=properties.networkProfile.networkInterfaces"
    " | order by id asc";

constexpr auto interfaces =
    "resources | where type =~ 'microsoft.network/networkinterfaces'"
    " | where isnotempty(properties.virtualMachine.id)"
    " | project id, configurations=properties.ipConfigurations | order by id asc";

constexpr auto public_addresses =
    "resources | where type =~ 'microsoft.network/publicipaddresses'"
    " | where isnotempty(properties.ipAddress)"
    " | project id, ip=tostring(properties.ipAddress) | order by id asc";

std::string
body_of(const char* query, std::span<const std::string> subscriptions, const std::string& token) {
    json options{{"$top", rows_a_page}, {"resultFormat", "objectArray"}};
    if (!token.empty()) options["$skipToken"] = token;
    const json body{
        {"subscriptions", std::vector<std::string>(subscriptions.begin(), subscriptions.end())},
        {"query", query},
        {"options", std::move(options)},
    };
    return dump_json(body);
}

// One query over one group of subscriptions.
class Question {
public:
    Question(Arm& arm, const char* what, std::vector<std::string>& doubts)
        : arm_(arm), what_(what), doubts_(doubts) {}

    Task<Status>
    run(const char* query,
        std::span<const std::string> subscriptions,
        const VisitRow& visit,
        HostDeadline& deadline) {
        std::size_t rows = 0;
        std::string token;
        IdleExchanges pages(page_rules);
        for (;;) {
            auto body = body_of(query, subscriptions, token);
            std::string key("graph");
            auto answer = co_await arm_.post_query(path, std::move(body), std::move(key), deadline);
            if (!answer) co_return std::move(answer).error();
            const auto& data = field(*answer, "data");
            if (!data.is_array()) {
                co_return Error(
                    Phase::inventory, Errc::malformed_output, "Resource Graph answered no rows"
                );
            }
            for (const auto& row : data)
                visit(row);
            rows += data.size();
            auto next = text(*answer, "$skipToken");
            // The only sign that there is more; resultTruncated is none.
            if (next.empty()) {
                compare(rows, number(*answer, "totalRecords"));
                co_return Status();
            }
            if (next == token) break;
            token = std::move(next);
            auto paced = co_await pages.pass(data.size(), deadline);
            if (paced) continue;
            if (paced.error().code() != Errc::protocol_violation) {
                co_return std::move(paced).error().in_phase(Phase::inventory);
            }
            break;
        }
        doubts_.push_back(std::string("Resource Graph's pages of ") + what_ + " do not end");
        co_return Status();
    }

private:
    void compare(std::size_t rows, std::optional<std::int64_t> total) {
        if (!total || static_cast<std::uint64_t>(*total) == rows) return;
        doubts_.push_back(
            "Resource Graph counts " + std::to_string(*total) + " " + what_ + " and gave " +
            std::to_string(rows)
        );
    }

    Arm& arm_;
    const char* what_;
    std::vector<std::string>& doubts_;
};

Task<Status> ask_group(
    Arm& arm, std::span<const std::string> group, GraphFinding& found, HostDeadline& deadline
) {
    Question of_machines(arm, "virtual machines", found.doubts);
    const VisitRow add_vm = [&found](const json& row) { found.vms.push_back(vm_of_graph(row)); };
    auto asked = co_await of_machines.run(machines, group, add_vm, deadline);
    if (!asked) co_return asked;
    Question of_interfaces(arm, "network interfaces", found.doubts);
    const VisitRow add_interface = [&found](const json& row) {
        found.network.add(interface_of_graph(row));
    };
    asked = co_await of_interfaces.run(interfaces, group, add_interface, deadline);
    if (!asked) co_return asked;
    Question of_addresses(arm, "public addresses", found.doubts);
    const VisitRow add_address = [&found](const json& row) {
        found.network.add(public_address_of_graph(row));
    };
    co_return co_await of_addresses.run(public_addresses, group, add_address, deadline);
}

} // namespace

Task<Result<GraphFinding>>
ask_graph(Arm& arm, const std::vector<std::string>& subscriptions, HostDeadline& deadline) {
    GraphFinding found;
    std::span<const std::string> left(subscriptions);
    while (!left.empty()) {
        const auto group = left.first(std::min(left.size(), subscriptions_a_query));
        auto asked = co_await ask_group(arm, group, found, deadline);
        if (!asked) co_return std::move(asked).error();
        left = left.subspan(group.size());
    }
    co_return found;
}

} // namespace rdpsweep::azure
