// The life of a snapshot, request by request: what is sent, what a refusal means, what is left
// alone.
#include "core/disk_hints.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/transports/azure/arm_bench.hpp"
#include "transports/azure/snapshot.hpp"

using namespace rdpsweep;
using namespace rdpsweep::azure;
using namespace rdpsweep::azure_test;
using nlohmann::json;
using rdpsweep::test::run_task;

namespace {

const std::string group = "/subscriptions/aa/resourceGroups/rg/providers/Microsoft.Compute";
const std::string vm = group + "/virtualMachines/web";
const std::string disk_id = group + "/disks/web-os";
const std::string snapshot_id = group + "/snapshots/rdpsweep-RUN-1";
const std::string run = "RUN";

RestAnswer said(const json& body, unsigned status = 200) {
    return answer_of(status, body.dump());
}

RestAnswer refused(const std::string& code, unsigned status = 403) {
    return said({{"error", {{"code", code}, {"message", "no"}}}}, status);
}

// An operation that is over at the first question.
RestAnswer begun() {
    return answer_of(
        202,
        "",
        {{"azure-asyncoperation", "https://management.azure.com/op/1"}, {"retry-after", "1"}}
    );
}

RestAnswer over(const json& output = json::object()) {
    return said({{"status", "Succeeded"}, {"properties", {{"output", output}}}});
}

json machine() {
    return {
        {"properties", {{"storageProfile", {{"osDisk", {{"managedDisk", {{"id", disk_id}}}}}}}}}};
}

json disk() {
    return {
        {"location", "westeurope"},
        {"properties",
         {{"uniqueId", "U-1"},
          {"diskState", "Reserved"},
          {"LastOwnershipUpdateTime", "2026-11-27T20:00:00Z"}}}};
}

json snapshot(const std::string& state = "Succeeded", const std::string& tag = "scan RUN") {
    return {
        {"id", snapshot_id},
        {"tags", {{"rdpsweep", tag}}},
        {"properties",
         {{"provisioningState", state},
          {"creationData", {{"sourceResourceId", disk_id}, {"sourceUniqueId", "u-1"}}}}}};
}

struct Life {
    Bench bench;

    void answers(std::vector<RestAnswer> all) {
        for (auto& each : all)
            bench.rest.answers.emplace_back(std::move(each));
    }

    [[nodiscard]] std::string asked(std::size_t at) const {
        const auto& request = bench.rest.asked.at(at);
        const auto path = request.url.substr(cloud().arm.size());
        return request.method + " " + path.substr(0, path.find('?'));
    }

    [[nodiscard]] std::size_t count() const { return bench.rest.asked.size(); }

    Result<OsDisk> find() {
        return run_task([&](HostDeadline& deadline) {
            return find_os_disk(bench.arm, vm, deadline);
        });
    }

    // most: how long there is for it; a lost answer is asked for again only where there is time.
    Making make(std::chrono::milliseconds most = 20s) {
        const SnapshotOrder order{snapshot_id, {disk_id, "westeurope", "U-1", ""}, run};
        std::optional<Making> made;
        const auto task = [&](HostDeadline& deadline) -> Task<Status> {
            auto making = co_await make_snapshot(bench.arm, order, deadline);
            made.emplace(std::move(making));
            co_return Status();
        };
        REQUIRE(run_task(task, most));
        return std::move(*made);
    }

    Result<Removal> remove() {
        return run_task([&](HostDeadline& deadline) {
            return remove_snapshot(bench.arm, snapshot_id, run, deadline);
        });
    }
};

} // namespace

TEST_CASE("snapshot: the OS disk is found, and since when no VM has it", "[azure]") {
    Life life;
    life.answers({said(machine()), said(disk())});
    const auto found = life.find();
    REQUIRE(found);
    CHECK(found->id == disk_id);
    CHECK(found->location == "westeurope");
    CHECK(found->down_since == "2026-11-27T20:00:00Z");
    CHECK(life.asked(1) == "GET " + disk_id);
    Life running;
    auto attached = disk();
    attached["properties"]["diskState"] = "Attached";
    running.answers({said(machine()), said(attached)});
    CHECK(running.find()->down_since.empty());
}

TEST_CASE("snapshot: what cannot be read is refused by name, before anything is made", "[azure]") {
    struct Row {
        const char* pointer;
        json value;
        Errc code;
        const char* native;
        const char* words;
    };

    const std::vector<Row> of_disk{
        {"/properties/encryptionSettingsCollection/enabled",
         true,
         Errc::blocked_by_policy,
         "encryptionSettingsCollection",
         "Azure Disk Encryption"},
        {"/properties/securityProfile/securityType",
         "ConfidentialVM_DiskEncryptedWithCustomerKey",
         Errc::blocked_by_policy,
         "ConfidentialVM_DiskEncryptedWithCustomerKey",
         "confidential"},
        {"/properties/networkAccessPolicy",
         "DenyAll",
         Errc::blocked_by_policy,
         "networkAccessPolicy DenyAll",
         "private access only"},
        {"/properties/networkAccessPolicy",
         "AllowPrivate",
         Errc::blocked_by_policy,
         "networkAccessPolicy AllowPrivate",
         "private access only"},
        {"/properties/publicNetworkAccess",
         "Disabled",
         Errc::blocked_by_policy,
         "publicNetworkAccess Disabled",
         "private access only"},
        {"/properties/dataAccessAuthMode",
         "AzureActiveDirectory",
         Errc::blocked_by_policy,
         "dataAccessAuthMode AzureActiveDirectory",
         "Entra ID"}};
    for (const auto& row : of_disk) {
        INFO(row.pointer);
        Life life;
        auto changed = disk();
        changed[json::json_pointer(row.pointer)] = row.value;
        life.answers({said(machine()), said(changed)});
        const auto found = life.find();
        REQUIRE_FALSE(found);
        CHECK(found.error().code() == row.code);
        CHECK(found.error().native() == row.native);
        CHECK_THAT(std::string(found.error().detail()), Catch::Contains(row.words));
        CHECK_FALSE(found.error().hint().empty());
        CHECK(life.count() == 2);
    }
    // Only the guest's state is encrypted: its disk is read like any other.
    Life guest_state;
    auto changed = disk();
    changed["properties"]["securityProfile"]["securityType"] =
        "ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey";
    guest_state.answers({said(machine()), said(changed)});
    CHECK(guest_state.find());

    const std::vector<Row> of_machine{
        {"/properties/storageProfile/osDisk/diffDiskSettings/option",
         "Local",
         Errc::unsupported,
         "",
         "ephemeral"},
        {"/properties/storageProfile/osDisk/encryptionSettings/enabled",
         true,
         Errc::blocked_by_policy,
         "encryptionSettings",
         "Azure Disk Encryption"},
        {"/properties/storageProfile/osDisk/managedDisk/id",
         "",
         Errc::unsupported,
         "",
         "no managed disk"}};
    for (const auto& row : of_machine) {
        INFO(row.pointer);
        Life life;
        auto other = machine();
        other[json::json_pointer(row.pointer)] = row.value;
        life.answers({said(other)});
        const auto found = life.find();
        REQUIRE_FALSE(found);
        CHECK(found.error().code() == row.code);
        CHECK_THAT(std::string(found.error().detail()), Catch::Contains(row.words));
        CHECK(life.count() == 1);
    }
}

TEST_CASE("snapshot: missing rights name the role", "[azure]") {
    Life life;
    life.answers({refused("AuthorizationFailed")});
    const auto found = life.find();
    REQUIRE_FALSE(found);
    CHECK(found.error().phase() == Phase::open);
    CHECK_THAT(std::string(found.error().hint()), Catch::Contains("azure-roles/scan-disk.json"));
    CHECK_THAT(
        std::string(found.error().native()), Catch::Contains("HTTP 403 AuthorizationFailed")
    );
    CHECK_THAT(
        std::string(found.error().detail()), Catch::StartsWith("the VM cannot be looked at")
    );
}

TEST_CASE("snapshot: it is made with our tag, and counts when it is of that disk", "[azure]") {
    Life life;
    life.answers({begun(), over(), said(snapshot())});
    const auto made = life.make();
    CHECK(made.done);
    CHECK(made.there == Existence::yes);
    CHECK(life.asked(0) == "PUT " + snapshot_id);
    CHECK(life.asked(2) == "GET " + snapshot_id);
    const auto body = json::parse(life.bench.rest.asked[0].body);
    CHECK(body["tags"] == json{{"rdpsweep", "scan RUN"}});
    CHECK(body["properties"]["incremental"] == true);
    CHECK(body["properties"]["creationData"]["sourceResourceId"] == disk_id);
    CHECK(body["location"] == "westeurope");

    for (const auto* pointer :
         {"/properties/creationData/sourceResourceId", "/properties/creationData/sourceUniqueId"}) {
        INFO(pointer);
        Life other;
        auto swapped = snapshot();
        swapped[json::json_pointer(pointer)] = disk_id + "2";
        other.answers({answer_of(200, "{}"), said(swapped)});
        const auto of_another = other.make();
        CHECK_FALSE(of_another.done);
        CHECK(of_another.there == Existence::yes);
    }
    Life failed;
    failed.answers({answer_of(200, "{}"), said(snapshot("Failed"))});
    CHECK_FALSE(failed.make().done);
}

TEST_CASE("snapshot: what a refusal leaves, and what it says", "[azure]") {
    Life policy;
    policy.answers({said(
        {{"error",
          {{"code", "RequestDisallowedByPolicy"},
           {"message", "no"},
           {"additionalInfo",
            json::array({{{"info", {{"policyDefinitionDisplayName", "No copies"}}}}})}}}},
        403
    )});
    const auto denied = policy.make();
    CHECK(denied.there == Existence::no);
    REQUIRE_FALSE(denied.done);
    CHECK(denied.done.error().code() == Errc::blocked_by_policy);
    CHECK_THAT(
        std::string(denied.done.error().detail()),
        Catch::EndsWith("a policy of Azure forbids it: No copies")
    );
    CHECK_THAT(std::string(denied.done.error().hint()), Catch::Contains("--snapshot-id"));

    Life locked;
    locked.answers({refused("ScopeLocked", 409)});
    CHECK(locked.make().done.error().code() == Errc::blocked_by_policy);

    Life rights;
    rights.answers({refused("AuthorizationFailed")});
    const auto no_right = rights.make();
    CHECK(no_right.there == Existence::no);
    CHECK_THAT(std::string(no_right.done.error().hint()), Catch::Contains("scan-disk.json"));

    Life lost;
    const auto unknown = lost.make(500ms);
    CHECK(unknown.there == Existence::perhaps);
    CHECK_FALSE(unknown.done);
}

TEST_CASE("snapshot: a busy Azure is asked again, as late as it says", "[azure]") {
    Life life;
    life.answers(
        {answer_of(429, "", {{"retry-after", "1"}}), answer_of(200, "{}"), said(snapshot())}
    );
    CHECK(life.make().done);
    CHECK(life.asked(0) == life.asked(1));
}

TEST_CASE("snapshot: access is a secret, of the operation or at once", "[azure]") {
    const std::string sas = "https://md-1.blob.storage.azure.net/x/abcd?sv=1&sig=0123456789abcdef";
    const auto begin = [](Life& life) {
        return run_task([&](HostDeadline& deadline) {
            return begin_access(life.bench.arm, snapshot_id, deadline);
        });
    };
    Life slow;
    slow.answers({begun(), over({{"accessSAS", sas}})});
    const auto later = begin(slow);
    REQUIRE(later);
    CHECK(later->reveal() == sas);
    CHECK(slow.asked(0) == "POST " + snapshot_id + "/beginGetAccess");
    const auto body = json::parse(slow.bench.rest.asked[0].body);
    CHECK(body == json{{"access", "Read"}, {"durationInSeconds", 1800}});
    Life at_once;
    at_once.answers({said({{"accessSAS", sas}})});
    CHECK(begin(at_once)->reveal() == sas);
    Life none;
    none.answers({said({{"accessSAS", 7}})});
    CHECK(begin(none).error().code() == Errc::malformed_output);
    Life forbidden;
    forbidden.answers({refused("AuthorizationFailed")});
    CHECK_THAT(std::string(begin(forbidden).error().hint()), Catch::Contains("scan-disk.json"));
}

TEST_CASE("snapshot: only what carries our tag of that run is removed", "[azure]") {
    Life life;
    life.answers({said(snapshot()), answer_of(200, ""), answer_of(200, "")});
    CHECK(*life.remove() == Removal::removed);
    CHECK(life.asked(1) == "POST " + snapshot_id + "/endGetAccess");
    CHECK(life.asked(2) == "DELETE " + snapshot_id);

    for (const auto* tag : {"", "scan OTHER", "scan", "before a fix"}) {
        INFO(tag);
        Life foreign;
        foreign.answers({said(snapshot("Succeeded", tag))});
        CHECK(*foreign.remove() == Removal::not_ours);
        CHECK(foreign.count() == 1);
    }
    Life without_tags;
    auto bare = snapshot();
    bare.erase("tags");
    without_tags.answers({said(bare)});
    CHECK(*without_tags.remove() == Removal::not_ours);

    Life gone;
    gone.answers({refused("ResourceNotFound", 404)});
    CHECK(*gone.remove() == Removal::absent);

    // The access cannot be ended, and nobody has one: it is deleted all the same.
    Life no_access;
    no_access.answers({said(snapshot()), refused("Conflict", 409), answer_of(204, "")});
    CHECK(*no_access.remove() == Removal::removed);

    Life kept;
    kept.answers({said(snapshot()), answer_of(200, ""), refused("AuthorizationFailed")});
    CHECK_FALSE(kept.remove());
}

TEST_CASE("snapshot: one that is there is looked at, and told whether it is in use", "[azure]") {
    const auto find = [](Life& life) {
        return run_task([&](HostDeadline& deadline) {
            return find_snapshot(life.bench.arm, snapshot_id, deadline);
        });
    };
    Life quiet;
    quiet.answers({said(snapshot())});
    CHECK_FALSE(find(quiet)->being_read);
    Life busy;
    auto read = snapshot();
    read["properties"]["diskState"] = "ActiveSAS";
    busy.answers({said(read)});
    CHECK(find(busy)->being_read);
    Life half;
    read["properties"]["completionPercent"] = 40;
    half.answers({said(read)});
    CHECK(find(half).error().native() == "completionPercent 40");
    Life encrypted;
    read["properties"]["encryptionSettingsCollection"]["enabled"] = true;
    encrypted.answers({said(read)});
    CHECK(find(encrypted).error().hint() == disk_hints::unlock);
}

TEST_CASE("snapshot: ids", "[azure]") {
    CHECK(is_snapshot_id(snapshot_id));
    CHECK(is_snapshot_id("/SUBSCRIPTIONS/a/resourcegroups/g/providers/microsoft.compute/SNAPSHOTS/s"
    ));
    for (const auto* wrong :
         {"",
          "s",
          "/subscriptions/a/resourceGroups/g/providers/Microsoft.Compute/disks/s",
          "/subscriptions/a/resourceGroups/g/providers/Microsoft.Compute/snapshots/",
          "/subscriptions/a/resourceGroups/g/providers/Microsoft.Compute/snapshots/s/x"}) {
        CHECK_FALSE(is_snapshot_id(wrong));
    }
    const auto fresh = new_snapshot_id(disk_id, "20261130T224227Z-1230429f3");
    CHECK(is_snapshot_id(fresh));
    CHECK(fresh.starts_with(group + "/snapshots/rdpsweep-20261130T224227Z-1230429f3-"));
    CHECK(fresh.substr(fresh.rfind('/') + 1).size() <= 80); // Azure's limit of a name
    CHECK(fresh != new_snapshot_id(disk_id, "20261130T224227Z-1230429f3"));
}
