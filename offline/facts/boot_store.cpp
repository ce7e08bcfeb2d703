// Tries the places of BCD in the order of the firmware that the partition table is for.
#include "offline/facts/boot_store.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "offline/bytes.hpp"
#include "offline/facts/boot.hpp"
#include "offline/fat32.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t largest_boot_file = std::size_t{4} << 20U; // they have some 32 KiB
constexpr std::array<std::string_view, 2> boot_paths{R"(\EFI\Microsoft\Boot\BCD)", R"(\Boot\BCD)"};

OpenFile opener(Volume& volume) {
    if (volume.ntfs) return [&](std::string_view path) { return volume.ntfs->file(path); };
    return [&](std::string_view path) -> Result<std::unique_ptr<ByteSource>> {
        auto bytes = read_fat32_file(*volume.bytes, path, largest_boot_file);
        if (!bytes) return std::move(bytes).error();
        return std::unique_ptr<ByteSource>(std::make_unique<OwnedSource>(*std::move(bytes)));
    };
}

// Tries the volumes of one kind; returns whether there is a BCD, read or not.
bool try_volumes(DiskVolumes& disk, VolumeKind kind, BootStore& store) {
    for (auto& volume : disk.volumes) {
        if (volume.partition.kind != kind || volume.failure) continue;
        for (const auto path : boot_paths) {
            auto hive = OpenHive::open(opener(volume), std::string(path));
            if (hive) {
                store = {*std::move(hive), std::nullopt};
                return true;
            }
            if (hive.error().code() != Errc::not_found) store.failure = hive.error();
        }
    }
    return false;
}

// Tells whether an element that names a device names the partition. Behind 32 bytes stands the
// partition's GUID or, of a disk with an MBR, where it begins.
bool names_partition(Bytes device, TableKind table, const Partition& partition) {
    constexpr std::size_t place = 32;
    if (table == TableKind::mbr) return number_at<std::uint64_t>(device, place) == partition.offset;
    const auto id = slice(device, place, partition.id.size());
    return id && std::equal(id->begin(), id->end(), partition.id.begin());
}

} // namespace

BootStore find_boot(DiskVolumes& disk) {
    BootStore store;
    const auto first = disk.table == TableKind::gpt ? VolumeKind::fat32 : VolumeKind::ntfs;
    const auto second = disk.table == TableKind::gpt ? VolumeKind::ntfs : VolumeKind::fat32;
    if (!try_volumes(disk, first, store)) (void)try_volumes(disk, second, store);
    return store;
}

std::optional<std::size_t>
booted_place(const DiskVolumes& disk, const std::vector<std::size_t>& places, const Hive& boot) {
    const auto loader = default_loader(boot);
    if (!loader || !*loader) return std::nullopt;
    const auto device = boot_element(boot, **loader, boot_element_id::system_device);
    if (!device || !*device) return std::nullopt;
    const auto found = std::find_if(places.begin(), places.end(), [&](std::size_t place) {
        return names_partition((*device)->data, disk.table, disk.volumes[place].partition);
    });
    return found == places.end() ? std::nullopt : std::optional(*found);
}

} // namespace rdpsweep::offline
