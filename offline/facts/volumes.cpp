// Opens what is NTFS, and looks for the hive SYSTEM.
#include "offline/facts/volumes.hpp"

#include "core/disk_hints.hpp"

#include <algorithm>
#include <utility>

#include "offline/volume_kind.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::string_view system_hive_path = R"(\Windows\System32\config\SYSTEM)";

// What hides a Windows, the reason that says most first.
struct Hidden {
    VolumeKind kind;
    Errc code;
    std::string_view sentence;
    std::string_view hint;
};

constexpr std::array<Hidden, 4> hiding_kinds{
    {{VolumeKind::bitlocker,
      Errc::blocked_by_policy,
      "the volume is encrypted (BitLocker, Azure Disk Encryption)",
      disk_hints::unlock},
     {VolumeKind::dynamic_disk,
      Errc::unsupported,
      "it is a dynamic disk, whose volumes are not read",
      disk_hints::repair_vm},
     {VolumeKind::storage_spaces,
      Errc::unsupported,
      "it is a part of a storage pool (Storage Spaces), which is not read",
      disk_hints::repair_vm},
     {VolumeKind::refs,
      Errc::unsupported,
      "the volume is ReFS, which is not read",
      disk_hints::repair_vm}}};

std::string size_text(std::uint64_t bytes) {
    constexpr std::uint64_t mebi = std::uint64_t{1} << 20U;
    constexpr std::uint64_t gibi = std::uint64_t{1} << 30U;
    if (bytes >= gibi) return std::to_string((bytes + gibi / 2) / gibi) + " GiB";
    return std::to_string((bytes + mebi / 2) / mebi) + " MiB";
}

std::string all_volumes(const DiskVolumes& disk) {
    constexpr std::size_t most_named = 8;
    std::string names;
    for (std::size_t i = 0; i < std::min(disk.volumes.size(), most_named); ++i)
        names += (i == 0 ? "" : ", ") + volume_name(disk.volumes[i]);
    if (disk.volumes.size() > most_named) names += ", ...";
    return names.empty() ? "no partition" : names;
}

Error no_windows(const DiskVolumes& disk) {
    for (const auto& [kind, code, sentence, hint] : hiding_kinds) {
        for (const auto& volume : disk.volumes) {
            if (volume.partition.kind != kind) continue;
            return Error(Phase::run, code, volume_name(volume) + ": " + std::string(sentence))
                .with_native(std::string(to_string(kind)))
                .with_hint(std::string(hint));
        }
    }
    for (const auto& volume : disk.volumes) {
        if (!volume.failure) continue;
        return Error(
                   Phase::run,
                   volume.failure->code(),
                   volume_name(volume) + ": " + std::string(volume.failure->detail())
        )
            .with_hint(std::string(disk_hints::repair_vm));
    }
    return Error(Phase::run, Errc::not_found, "no Windows on this disk: " + all_volumes(disk))
        .with_hint(std::string(disk_hints::os_disk));
}

void look_into(Volume& volume) {
    auto ntfs = NtfsVolume::open(*volume.bytes);
    if (ntfs)
        volume.ntfs = *std::move(ntfs);
    else
        volume.failure = std::move(ntfs).error();
}

} // namespace

std::string volume_name(const Volume& volume) {
    return "partition " + std::to_string(volume.number) + " (" +
           std::string(to_string(volume.partition.kind)) + ", " +
           size_text(volume.partition.length) + ")";
}

Result<DiskVolumes> open_volumes(ByteSource& disk) {
    auto table = read_partition_table(disk);
    if (!table) return std::move(table).error().with_hint(std::string(disk_hints::os_disk));
    DiskVolumes found{.table = table->kind, .volumes = {}};
    for (auto& partition : table->partitions) {
        Volume volume;
        volume.number = found.volumes.size() + 1;
        volume.bytes = std::make_unique<PartSource>(disk, partition.offset, partition.length);
        volume.partition = std::move(partition);
        if (volume.partition.kind == VolumeKind::ntfs) look_into(volume);
        found.volumes.push_back(std::move(volume));
    }
    return found;
}

Result<std::vector<std::size_t>> find_windows(DiskVolumes& disk) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < disk.volumes.size(); ++i) {
        auto& volume = disk.volumes[i];
        if (!volume.ntfs) continue;
        const auto hive = volume.ntfs->file(system_hive_path);
        if (hive)
            places.push_back(i);
        else if (hive.error().code() != Errc::not_found)
            volume.failure = hive.error();
    }
    if (places.empty()) return no_windows(disk);
    return places;
}

} // namespace rdpsweep::offline
