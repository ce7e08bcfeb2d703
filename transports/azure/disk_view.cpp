// Disks and snapshots have the same members that say who may read them, and how they are encrypted.
#include "transports/azure/disk_view.hpp"

#include "core/disk_hints.hpp"
#include "core/foreign_text.hpp"
#include "core/text.hpp"
#include "transports/azure/fields.hpp"

namespace rdpsweep::azure {

namespace {

using nlohmann::json;

constexpr auto vm_version = "?api-version=2024-07-01";
constexpr auto disk_version = "?api-version=2024-03-02";

Error refused(std::string what, std::string native, std::string_view next) {
    return Error(Phase::open, Errc::blocked_by_policy, std::move(what))
        .with_native(std::move(native))
        .with_hint(std::string(next));
}

Error no_disk(std::string what) {
    return Error(Phase::open, Errc::unsupported, std::move(what))
        .with_hint("its serial console and boot log say more: --transport serial, --azure-evidence"
        );
}

// Azure's own words for a disk whose system was encrypted by the confidential VM itself: there is
// no key to it outside of that VM.
bool is_confidential(std::string_view type) {
    return type.starts_with("ConfidentialVM_DiskEncryptedWith");
}

// Says why the bytes of a disk or a snapshot are not for us.
Status check_readable(const json& resource, const std::string& what) {
    if (flag(resource, "properties/encryptionSettingsCollection/enabled")) {
        return refused(
            what + " is encrypted by Azure Disk Encryption",
            "encryptionSettingsCollection",
            disk_hints::unlock
        );
    }
    const auto security = text(resource, "properties/securityProfile/securityType");
    if (is_confidential(security)) {
        return refused(
            what + " is that of a confidential VM, and encrypted by it",
            foreign_text(security, 80),
            "nothing outside of that VM has its key: look at it from inside, over another transport"
        );
    }
    const auto network = text(resource, "properties/networkAccessPolicy");
    const auto open = text(resource, "properties/publicNetworkAccess");
    const bool is_private = iequals(network, "DenyAll") || iequals(network, "AllowPrivate");
    if (is_private || iequals(open, "Disabled")) {
        return refused(
            what + " may be read by private access only",
            is_private ? "networkAccessPolicy " + foreign_text(network, 40)
                       : "publicNetworkAccess Disabled",
            "its owner allows it: az disk update --network-access-policy AllowAll "
            "--public-network-access Enabled; or read an image of it: --disk"
        );
    }
    const auto mode = text(resource, "properties/dataAccessAuthMode");
    if (iequals(mode, "AzureActiveDirectory")) {
        return refused(
            what + " is read with a token of Entra ID beside its SAS, which is not built",
            "dataAccessAuthMode " + foreign_text(mode, 40),
            "its owner allows it: az disk update --data-access-auth-mode None; or read an image of "
            "it: --disk"
        );
    }
    return {};
}

Status check_machine(const json& vm) {
    const auto& os_disk = field(vm, "properties/storageProfile/osDisk");
    if (iequals(text(os_disk, "diffDiskSettings/option"), "Local")) {
        return no_disk("its OS disk is ephemeral: it is on the host, and cannot be copied");
    }
    if (flag(os_disk, "encryptionSettings/enabled")) {
        return refused(
            "its OS disk is encrypted by Azure Disk Encryption",
            "encryptionSettings",
            disk_hints::unlock
        );
    }
    if (text(os_disk, "managedDisk/id").empty()) return no_disk("its OS disk is no managed disk");
    return {};
}

// Returns since when no VM has the disk: Azure keeps when that last changed.
std::string released_at(const json& disk) {
    const auto state = text(disk, "properties/diskState");
    const bool released = iequals(state, "Reserved") || iequals(state, "Unattached");
    return released ? text(disk, "properties/LastOwnershipUpdateTime") : std::string();
}

} // namespace

Error while_doing(std::string_view stage, const Error& error) {
    const bool ours = error.code() == Errc::access_denied && error.phase() == Phase::inventory;
    return Error(Phase::open, error.code(), std::string(stage) + ": " + std::string(error.detail()))
        .with_native(std::string(error.native()))
        .with_hint(ours ? std::string(scan_disk_role) : std::string(error.hint()));
}

Task<Result<OsDisk>> find_os_disk(Arm& arm, std::string vm, HostDeadline& deadline) {
    auto path = vm + vm_version;
    auto machine = co_await arm.get_json(std::move(path), deadline);
    if (!machine) co_return while_doing("the VM cannot be looked at", machine.error());
    if (auto fit = check_machine(*machine); !fit) co_return std::move(fit).error();
    OsDisk found;
    found.id = text(*machine, "properties/storageProfile/osDisk/managedDisk/id");
    path = found.id + disk_version;
    auto disk = co_await arm.get_json(std::move(path), deadline);
    if (!disk) co_return while_doing("the VM's OS disk cannot be looked at", disk.error());
    if (auto fit = check_readable(*disk, "its OS disk"); !fit) co_return std::move(fit).error();
    found.location = text(*disk, "location");
    found.unique_id = text(*disk, "properties/uniqueId");
    found.down_since = released_at(*disk);
    co_return found;
}

Task<Result<SnapshotView>> find_snapshot(Arm& arm, std::string id, HostDeadline& deadline) {
    auto path = id + disk_version;
    auto snapshot = co_await arm.get_json(std::move(path), deadline);
    if (!snapshot) co_return while_doing("the snapshot cannot be looked at", snapshot.error());
    auto fit = check_readable(*snapshot, "the snapshot");
    if (!fit) co_return std::move(fit).error();
    const auto percent = number(*snapshot, "properties/completionPercent");
    if (percent && *percent < 100) {
        co_return Error(Phase::open, Errc::throttled, "the snapshot is not complete yet")
            .with_native("completionPercent " + std::to_string(*percent))
            .with_hint("wait until Azure has copied it: az snapshot show --query completionPercent"
            );
    }
    SnapshotView view{std::move(id), false};
    view.being_read = iequals(text(*snapshot, "properties/diskState"), "ActiveSAS");
    co_return view;
}

} // namespace rdpsweep::azure
