// What Azure says of a VM before it is touched, answer by answer, and the copy of its disk.
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/azure_desk.hpp"

using namespace rdpsweep;
using nlohmann::json;
using rdpsweep::test::AzureDesk;
using rdpsweep::test::run_task;

namespace {

const std::string group = "/subscriptions/AA/resourceGroups/rg";
const std::string vm = group + "/providers/Microsoft.Compute/virtualMachines/web";
const std::string disk = group + "/providers/Microsoft.Compute/disks/web-os";

struct Desk : AzureDesk {
    Desk() : AzureDesk(vm) {}

    Result<std::string> objection() {
        return run_task([&](HostDeadline& deadline) { return guard.objection(target, deadline); });
    }

    Result<std::string> snapshot() {
        return run_task([&](HostDeadline& deadline) {
            return guard.snapshot(target, name, deadline);
        });
    }

    std::string name = "copy";
};

json lock_row(const std::string& scope, const std::string& level = "CanNotDelete") {
    return {
        {"id", scope + "/providers/Microsoft.Authorization/locks/keep"},
        {"name", "keep"},
        {"properties", {{"level", level}}}};
}

json page(std::vector<json> rows) {
    return {{"value", std::move(rows)}};
}

json machine(const std::string& state, const std::string& power) {
    return {
        {"location", "westeurope"},
        {"properties",
         {{"provisioningState", state},
          {"instanceView", {{"statuses", {{{"code", "PowerState/" + power}}}}}},
          {"storageProfile", {{"osDisk", {{"managedDisk", {{"id", disk}}}}}}}}}};
}

json copy_of(const std::string& source, const std::string& state) {
    return {
        {"properties",
         {{"provisioningState", state}, {"creationData", {{"sourceResourceId", source}}}}}};
}

} // namespace

TEST_CASE("azure guard: a VM that runs and has no lock is not objected to", "[fix]") {
    Desk desk;
    desk.answers(page({}));
    desk.answers(machine("Succeeded", "running"));
    const auto said = desk.objection();
    REQUIRE(said);
    CHECK(said->empty());
    REQUIRE(desk.rest.asked.size() == 2);
    CHECK_THAT(
        desk.rest.asked[0].url,
        Catch::Contains("/subscriptions/aa/providers/Microsoft.Authorization/locks?api-version=")
    );
    CHECK_THAT(desk.rest.asked[1].url, Catch::Contains(vm + "?$expand=instanceView&api-version="));
    // A second host of the subscription: its locks are known.
    desk.answers(machine("Succeeded", "running"));
    REQUIRE(desk.objection());
    CHECK(desk.rest.asked.size() == 3);
}

TEST_CASE("azure guard: each lock on the VM or above it holds, and no other", "[fix]") {
    struct Row {
        std::string scope;
        bool holds;
    };

    for (const auto& row :
         {Row{vm, true},
          Row{group, true},
          Row{"/subscriptions/AA", true},
          Row{"/SUBSCRIPTIONS/aa/RESOURCEGROUPS/RG", true},
          Row{vm + "2", false},
          Row{group + "2", false},
          Row{vm + "/extensions/x", false},
          Row{"/subscriptions/AAA", false}}) {
        INFO(row.scope);
        Desk desk;
        desk.answers(page({lock_row("/subscriptions/other"), lock_row(row.scope, "ReadOnly")}));
        desk.answers(machine("Succeeded", "running"));
        const auto said = desk.objection();
        REQUIRE(said);
        CHECK(*said == (row.holds ? "Azure locks it: ReadOnly keep" : ""));
    }
    Desk desk; // what is no lock says nothing
    desk.answers(page({json{{"id", vm}, {"name", "x"}}}));
    desk.answers(machine("Succeeded", "running"));
    CHECK(desk.objection()->empty());
}

TEST_CASE("azure guard: what does not run, or is being changed, is left alone", "[fix]") {
    const auto said = [](const std::string& state, const std::string& power) {
        Desk desk;
        desk.answers(page({}));
        desk.answers(machine(state, power));
        return *desk.objection();
    };
    CHECK(said("succeeded", "running").empty());
    CHECK(said("Updating", "running") == "Azure is changing it: Updating");
    CHECK(said("Succeeded", "deallocated") == "Azure says that it is deallocated");
    CHECK(said("Succeeded", "stopped") == "Azure says that it is stopped");
}

TEST_CASE("azure guard: what cannot be asked is an error, not a yes", "[fix]") {
    Desk locks;
    locks.answers({{"error", {{"code", "AuthorizationFailed"}, {"message", "no"}}}}, 403);
    CHECK_FALSE(locks.objection());
    Desk state;
    state.answers(page({}));
    state.answers({{"error", {{"code", "ResourceNotFound"}, {"message", "no"}}}}, 404);
    CHECK_FALSE(state.objection());
}

TEST_CASE("azure guard: a copy counts when it is whole and of that disk", "[fix]") {
    Desk desk;
    desk.answers(machine("Succeeded", "running"));
    desk.answers({}, 202);
    desk.answers(copy_of(disk, "Succeeded"));
    const auto made = desk.snapshot();
    REQUIRE(made);
    CHECK(*made == group + "/providers/Microsoft.Compute/snapshots/copy");
    REQUIRE(desk.rest.asked.size() == 3);
    CHECK_THAT(desk.rest.asked[1].url, Catch::Contains(*made + "?api-version="));
    const auto body = json::parse(desk.rest.asked[1].body);
    CHECK(body.at("location") == "westeurope");
    CHECK(body.at("properties").at("incremental") == true);
    CHECK(body.at("properties").at("creationData").at("createOption") == "Copy");
    CHECK(body.at("properties").at("creationData").at("sourceResourceId") == disk);
}

TEST_CASE("azure guard: what is no copy", "[fix]") {
    const auto why = [](unsigned status, const json& found) {
        Desk desk;
        desk.answers(machine("Succeeded", "running"));
        desk.answers({{"error", {{"code", "X"}, {"message", "m"}}}}, status);
        desk.answers(found);
        const auto made = desk.snapshot();
        REQUIRE_FALSE(made);
        return std::string(made.error().detail());
    };
    CHECK(
        why(201, copy_of(disk + "2", "Succeeded")) ==
        "no copy of the OS disk: what is called copy is of another"
    );
    CHECK(why(200, copy_of(disk, "Failed")) == "no copy of the OS disk: Azure says failed");
    CHECK(why(202, copy_of(disk, "canceled")) == "no copy of the OS disk: Azure says canceled");
    CHECK_FALSE(why(403, copy_of(disk, "Succeeded")).empty());
    Desk desk;
    auto unmanaged = machine("Succeeded", "running");
    unmanaged["properties"].erase("storageProfile");
    desk.answers(unmanaged);
    CHECK(desk.snapshot().error().detail() == "no copy of the OS disk: it is not a managed disk");
}
