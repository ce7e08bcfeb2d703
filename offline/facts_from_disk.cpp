// Finds the Windows on a disk, opens its registry, and has each group of the document written.
#include "offline/facts_from_disk.hpp"

#include "core/disk_hints.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "offline/facts/boot_store.hpp"
#include "offline/facts/disk_state.hpp"
#include "offline/facts/groups.hpp"
#include "offline/facts/open_hive.hpp"
#include "offline/facts/volumes.hpp"

namespace rdpsweep::offline {

namespace {

// Remembers that the disk itself failed: then all that is missing is missing for that reason, and
// no document may say otherwise.
class WatchedDisk final : public ByteSource {
public:
    explicit WatchedDisk(ByteSource& disk) noexcept : disk_(disk) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return disk_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        if (failure_) return *failure_;
        // To ask for what lies outside is the reader's mistake, or a damaged disk's.
        if (auto inside = lies_within(size(), offset, into.size()); !inside) return inside;
        auto read = disk_.read(offset, into);
        if (!read) failure_ = read.error();
        return read;
    }

    [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

private:
    ByteSource& disk_;
    std::optional<Error> failure_;
};

Error hive_failure(std::string_view name, const Error& error) {
    return Error(
               Phase::run,
               error.code(),
               "the registry hive " + std::string(name) +
                   " cannot be read: " + std::string(error.detail())
    )
        .with_hint(std::string(disk_hints::repair_vm));
}

// Returns the control set in use. Where what names it is damaged or names none that is there, it is
// the one that the last start was to use, or the first.
Result<std::string> control_set(const Hive& system) {
    const auto select = system.find("Select");
    for (const auto* name : {"Current", "Default", "LastKnownGood"}) {
        const auto number = select ? read_dword(system, *select, name)
                                   : Found<std::uint32_t>(std::optional<std::uint32_t>());
        if (!number || !*number || **number == 0 || **number > 999) continue;
        auto digits = std::to_string(**number);
        auto set = "ControlSet" + std::string(3 - digits.size(), '0') + digits;
        if (const auto key = system.find(set); key && *key) return set;
    }
    std::string first = "ControlSet001";
    if (const auto key = system.find(first); key && *key) return first;
    return Error(Phase::run, Errc::malformed_output, "it has no control set");
}

class DiskReading {
public:
    DiskReading(ByteSource& disk, const DiskOptions& options)
        : disk_(disk), options_(options), began_(std::chrono::steady_clock::now()) {}

    Result<std::string> read() {
        begin("partitions");
        auto volumes = open_volumes(disk_);
        if (!volumes) return std::move(volumes).error();
        volumes_ = *std::move(volumes);
        auto places = find_windows(volumes_);
        if (!places) return std::move(places).error();
        begin("boot");
        boot_ = find_boot(volumes_);
        choose(*places);
        put_installations(document_, volumes_, *places);
        return read_windows(*volumes_.volumes[places->front()].ntfs);
    }

private:
    void begin(std::string_view stage) const {
        if (options_.stage) options_.stage(stage);
    }

    // Puts the Windows that is started by default first.
    void choose(std::vector<std::size_t>& places) const {
        if (places.size() < 2 || !boot_.hive) return;
        const auto booted = booted_place(volumes_, places, boot_.hive->hive());
        if (!booted) return;
        const auto place = std::find(places.begin(), places.end(), *booted);
        std::rotate(places.begin(), place, place + 1);
    }

    Result<std::string> read_windows(NtfsVolume& volume) {
        begin("hives");
        const OpenFile open = [&](std::string_view name) {
            return volume.file(R"(\Windows\System32\config\)" + std::string(name));
        };
        const auto system = OpenHive::open(open, "SYSTEM");
        if (!system) return hive_failure("SYSTEM", system.error());
        auto set = control_set((*system)->hive());
        if (!set) return hive_failure("SYSTEM", set.error());
        const auto software = OpenHive::open(open, "SOFTWARE");
        put_hive(document_, "SYSTEM", (*system)->replay());
        put_hive(document_, "SOFTWARE", software ? (*software)->replay() : Replay{});
        if (boot_.hive) put_hive(document_, "BCD", boot_.hive->replay());
        const Registry registry(
            (*system)->hive(),
            *std::move(set),
            software ? &(*software)->hive() : nullptr,
            software ? Error(Phase::run, Errc::bug, "") : software.error()
        );
        read_registry(registry);
        read_files({volume, registry});
        put_collector();
        return document_.text();
    }

    void read_registry(const Registry& registry) {
        begin("registry");
        read_os(registry, document_);
        read_services(registry, document_);
        read_listener(registry, document_);
        read_security(registry, document_);
        read_tls(registry, document_);
        read_certificates(registry, document_);
        read_pending(registry, document_);
        read_crash(registry, document_);
        if (boot_.failure && !boot_.hive)
            document_.failed("/ems", *boot_.failure);
        else
            read_console(boot_.hive.get(), document_);
        put_times(document_, registry);
    }

    void read_files(const Windows& windows) {
        begin("keys");
        put_volume_state(document_, windows.volume);
        read_keys(windows, document_);
        begin("policy");
        read_policy(windows, document_);
        begin("events");
        read_events(windows, document_);
        document_.offline("/hs");
        document_.offline("/sessions");
    }

    // No clock of the VM is told: its certificates are judged by ours.
    void put_collector() {
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - began_
        );
        document_.group("collector"
        ) = {{"ver", "1"}, {"path", "offline"}, {"ms", static_cast<std::uint32_t>(took.count())}};
    }

    ByteSource& disk_;
    const DiskOptions& options_;
    std::chrono::steady_clock::time_point began_;
    DiskVolumes volumes_;
    BootStore boot_;
    Document document_;
};

} // namespace

Result<std::string> facts_from_disk(ByteSource& disk, const DiskOptions& options) {
    WatchedDisk watched(disk);
    auto facts = DiskReading(watched, options).read();
    if (watched.failure()) return *watched.failure();
    return facts;
}

} // namespace rdpsweep::offline
