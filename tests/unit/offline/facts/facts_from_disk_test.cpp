// Disks that hide their Windows, or have none: each says why, and what to do.
#include "core/disk_hints.hpp"
#include "tests/support/catch.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "offline/facts_from_disk.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

constexpr std::size_t sector = 512;
constexpr std::size_t begin_of_partition = 64 * sector;

using Disk = std::vector<std::byte>;

void put(Disk& disk, std::size_t at, std::string_view text) {
    std::memcpy(disk.data() + at, text.data(), text.size());
}

// A disk with an MBR, whose one partition is of that type and begins with that text at byte 3.
Disk disk_with(char type, std::string_view text) {
    Disk disk(2048 * sector);
    disk[446 + 4] = static_cast<std::byte>(type);
    disk[446 + 8] = std::byte{64};
    disk[446 + 13] = std::byte{0x07}; // 0x0700 sectors
    disk[510] = std::byte{0x55};
    disk[511] = std::byte{0xAA};
    put(disk, begin_of_partition + 3, text);
    disk[begin_of_partition + 510] = std::byte{0x55};
    disk[begin_of_partition + 511] = std::byte{0xAA};
    return disk;
}

Error reason(const Disk& disk) {
    MemorySource source(disk);
    const auto facts = facts_from_disk(source, {});
    REQUIRE_FALSE(facts);
    return facts.error();
}

void check(const Error& error, Errc code, std::string_view detail, std::string_view hint) {
    CHECK(error.phase() == Phase::run);
    CHECK(error.code() == code);
    CHECK(error.detail() == detail);
    CHECK(error.hint() == hint);
}

// Gives no more than so many reads.
class FailingDisk final : public ByteSource {
public:
    FailingDisk(const Disk& disk, int reads) : memory_(disk), left_(reads) {}

    std::uint64_t size() const noexcept override { return memory_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        if (left_-- <= 0)
            return Error(Phase::run, Errc::output_limit, "no more").with_native("budget");
        return memory_.read(offset, into);
    }

private:
    MemorySource memory_;
    int left_;
};

} // namespace

TEST_CASE("facts of a disk: what hides a Windows is named", "[offline]") {
    check(
        reason(disk_with(7, "-FVE-FS-")),
        Errc::blocked_by_policy,
        "partition 1 (BitLocker, 1 MiB): the volume is encrypted (BitLocker, Azure Disk "
        "Encryption)",
        disk_hints::unlock
    );
    check(
        reason(disk_with(0x42, "")),
        Errc::unsupported,
        "partition 1 (dynamic disk, 1 MiB): it is a dynamic disk, whose volumes are not read",
        disk_hints::repair_vm
    );
    CHECK(reason(disk_with(7, "-FVE-FS-")).native() == "BitLocker");
}

TEST_CASE("facts of a disk: a disk without a Windows says what is there", "[offline]") {
    check(
        reason(disk_with(0x0C, "")),
        Errc::not_found,
        "no Windows on this disk: partition 1 (unknown, 1 MiB)",
        disk_hints::os_disk
    );
    check(
        reason(Disk(2048 * sector)),
        Errc::malformed_output,
        "the disk has no partition table, and is no volume that is known",
        disk_hints::os_disk
    );
    check(
        reason(Disk(10)),
        Errc::malformed_output,
        "the disk is shorter than a sector",
        disk_hints::os_disk
    );
}

TEST_CASE("facts of a disk: a volume that cannot be read is named", "[offline]") {
    const auto error = reason(disk_with(7, "NTFS    "));
    CHECK(error.code() == Errc::malformed_output);
    CHECK(error.detail().starts_with("partition 1 (NTFS, 1 MiB): "));
    CHECK(error.hint() == disk_hints::repair_vm);
}

TEST_CASE("facts of a disk: a disk that fails is told as what it said", "[offline]") {
    const auto disk = disk_with(7, "NTFS    ");
    for (int reads = 0; reads < 3; ++reads) {
        FailingDisk failing(disk, reads);
        const auto facts = facts_from_disk(failing, {});
        REQUIRE_FALSE(facts);
        CHECK(facts.error().detail() == "no more");
        CHECK(facts.error().native() == "budget");
    }
}

TEST_CASE("facts of a disk: it says what it does", "[offline]") {
    std::vector<std::string> stages;
    DiskOptions options;
    options.stage = [&](std::string_view stage) { stages.emplace_back(stage); };
    const auto disk = disk_with(0x0C, "");
    MemorySource source(disk);
    CHECK_FALSE(facts_from_disk(source, options));
    CHECK(stages == std::vector<std::string>{"partitions"});
}
