// Partition tables: where each partition lies, what it holds, and what a damaged table still says.
#include "core/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_bytes.hpp"

#include <algorithm>
#include <cstring>

#include "offline/partition_table.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

using Disk = std::vector<std::byte>;

// Made by hand; sgdisk and sfdisk read the same partitions in them.
Disk gpt_disk() {
    return file_bytes(RDPSWEEP_SOURCE_DIR "/tests/fuzz/seeds/gpt.bin");
}

Disk mbr_disk() {
    return file_bytes(RDPSWEEP_SOURCE_DIR "/tests/fuzz/seeds/mbr.vhd");
}

Result<PartitionTable> table_of(const Disk& bytes) {
    MemorySource disk(bytes);
    return read_partition_table(disk);
}

void put_text(Disk& disk, std::size_t at, std::string_view text) {
    std::memcpy(disk.data() + at, text.data(), text.size());
}

void put_number(Disk& disk, std::size_t at, std::uint32_t number) {
    std::memcpy(disk.data() + at, &number, sizeof number);
}

std::string_view part_text(const Disk& disk, std::size_t at, std::size_t length) {
    return {reinterpret_cast<const char*>(disk.data() + at), length};
}

// The four partitions of gpt_disk().
void check_gpt(const Result<PartitionTable>& table, std::uint32_t sector) {
    REQUIRE(table);
    CHECK(table->kind == TableKind::gpt);
    CHECK(table->sector == sector);
    REQUIRE(table->partitions.size() == 4);
    const auto& list = table->partitions;
    CHECK(list[0].offset == 3 * sector);
    CHECK(list[0].length == 4 * sector);
    CHECK(list[0].type == "C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
    CHECK(list[0].name == "EFI system");
    CHECK(list[0].kind == VolumeKind::unknown);
    CHECK(list[2].offset == 9 * sector);
    CHECK(list[2].length == 8 * sector);
    CHECK(list[2].name == "Basic data");
    CHECK(list[2].kind == VolumeKind::ntfs);
    CHECK(list[3].kind == VolumeKind::dynamic_disk);
}

} // namespace

TEST_CASE("partition table: a GPT says where its partitions lie", "[offline]") {
    const auto table = table_of(gpt_disk());
    check_gpt(table, 512);
    CHECK_FALSE(table->damaged);
}

TEST_CASE("partition table: the backup of a GPT is taken where the first is wrong", "[offline]") {
    auto disk = gpt_disk();

    SECTION("a header's checksum") {
        disk[512 + 40] ^= std::byte{1};
    }
    SECTION("a header that is gone") {
        std::fill_n(disk.begin() + 512, 512, std::byte{0});
    }
    SECTION("an entry's checksum") {
        disk[1024 + 60] ^= std::byte{1};
    }
    SECTION("the boot record too") {
        std::fill_n(disk.begin(), 1024, std::byte{0});
    }
    const auto table = table_of(disk);
    check_gpt(table, 512);
    CHECK(table->damaged);
}

TEST_CASE("partition table: the backup of a GPT whose disk was made larger", "[offline]") {
    auto disk = gpt_disk();
    disk.resize(disk.size() + 30 * 512);
    std::vector<std::pair<std::size_t, std::size_t>> gone;

    SECTION("by the first header, whose checksum is wrong") {
        gone = {{512 + 40, 8}, {446 + 12, 4}};
    }
    SECTION("by the boot record") {
        gone = {{512, 512}};
    }
    for (const auto& [at, length] : gone) {
        std::fill_n(disk.begin() + static_cast<std::ptrdiff_t>(at), length, std::byte{0});
    }
    const auto table = table_of(disk);
    check_gpt(table, 512);
    CHECK(table->damaged);
}

TEST_CASE("partition table: a GPT whose both headers are wrong is told as that", "[offline]") {
    auto disk = gpt_disk();
    disk[512 + 40] ^= std::byte{1};
    disk[19 * 512 + 40] ^= std::byte{1};
    const auto table = table_of(disk);
    REQUIRE_FALSE(table);
    CHECK(table.error().code() == Errc::malformed_output);
    CHECK(table.error().detail() == "both headers of the partition table (GPT) are damaged");
}

TEST_CASE("partition table: a GPT in sectors of 4096 bytes", "[offline]") {
    const auto small = gpt_disk();
    Disk disk(20 * 4096);
    for (std::size_t i = 0; i < 20; ++i) {
        std::copy_n(
            small.begin() + static_cast<std::ptrdiff_t>(i * 512),
            512,
            disk.begin() + static_cast<std::ptrdiff_t>(i * 4096)
        );
    }
    check_gpt(table_of(disk), 4096);
}

TEST_CASE("partition table: a GPT entry beyond the disk is cut, or left out", "[offline]") {
    auto disk = gpt_disk();
    std::size_t left = 4;
    put_number(disk, 1024 + 2 * 128 + 40, 1000); // the last sector of the NTFS

    SECTION("it begins beyond it as well") {
        put_number(disk, 1024 + 2 * 128 + 32, 999);
        left = 3;
    }
    put_number(disk, 512 + 88, crc32(part_text(disk, 1024, 512)));
    put_number(disk, 512 + 16, 0);
    put_number(disk, 512 + 16, crc32(part_text(disk, 512, 92)));
    const auto table = table_of(disk);
    REQUIRE(table);
    CHECK(table->damaged);
    REQUIRE(table->partitions.size() == left);
    if (left == 4) {
        CHECK(table->partitions[2].length == 11 * 512);
    }
}

TEST_CASE("partition table: an MBR with logical partitions", "[offline]") {
    const auto table = table_of(mbr_disk());
    REQUIRE(table);
    CHECK(table->kind == TableKind::mbr);
    CHECK_FALSE(table->damaged);
    REQUIRE(table->partitions.size() == 3);
    const auto& list = table->partitions;
    CHECK(list[0].offset == 2 * 512);
    CHECK(list[0].type == "0x07");
    CHECK(list[0].kind == VolumeKind::bitlocker);
    CHECK(list[1].offset == 7 * 512);
    CHECK(list[1].length == 512);
    CHECK(list[1].kind == VolumeKind::refs);
    CHECK(list[2].offset == 10 * 512);
    CHECK(list[2].kind == VolumeKind::dynamic_disk);
}

TEST_CASE("partition table: a chain of logical partitions that loops is cut", "[offline]") {
    auto disk = mbr_disk();

    SECTION("to itself") {
        put_number(disk, 9 * 512 + 462 + 8, 3);
    }
    SECTION("to its begin") {
        put_number(disk, 9 * 512 + 462 + 8, 0);
    }
    SECTION("out of the disk") {
        put_number(disk, 9 * 512 + 462 + 8, 0x7FFFFFFF);
    }
    disk[9 * 512 + 462 + 4] = std::byte{5};
    put_number(disk, 9 * 512 + 462 + 12, 1);
    const auto table = table_of(disk);
    REQUIRE(table);
    CHECK(table->damaged);
    CHECK(table->partitions.size() == 3);
}

TEST_CASE("partition table: an MBR counts in the sectors in which it makes sense", "[offline]") {
    Disk disk(64 * 512);
    put_text(disk, 510, "\x55\xaa");
    disk[446 + 4] = std::byte{7};
    put_number(disk, 446 + 8, 2);
    put_number(disk, 446 + 12, 4);
    put_text(disk, 2 * 4096 + 3, "NTFS    ");
    const auto table = table_of(disk);
    REQUIRE(table);
    CHECK(table->sector == 4096);
    REQUIRE(table->partitions.size() == 1);
    CHECK(table->partitions[0].offset == 2 * 4096);
    CHECK(table->partitions[0].kind == VolumeKind::ntfs);
}

TEST_CASE("partition table: a volume without a table is one partition", "[offline]") {
    Disk disk(64 * 512);
    put_text(disk, 3, "NTFS    ");
    put_text(disk, 510, "\x55\xaa");
    const auto table = table_of(disk);
    REQUIRE(table);
    CHECK(table->kind == TableKind::none);
    REQUIRE(table->partitions.size() == 1);
    CHECK(table->partitions[0].offset == 0);
    CHECK(table->partitions[0].length == disk.size());
    CHECK(table->partitions[0].kind == VolumeKind::ntfs);
}

TEST_CASE("partition table: what is no disk is told as that", "[offline]") {
    Disk disk(64 * 512);

    SECTION("nothing but zeros") {}
    SECTION("code where entries would be") {
        std::fill_n(disk.begin() + 446, 64, std::byte{0xCC});
        put_text(disk, 510, "\x55\xaa");
    }
    SECTION("shorter than a sector") {
        disk.resize(511);
    }
    const auto table = table_of(disk);
    REQUIRE_FALSE(table);
    CHECK(table.error().code() == Errc::malformed_output);
}

TEST_CASE("volume kind: the three widths of FAT, and what only looks like one", "[offline]") {
    auto fat = file_bytes(RDPSWEEP_SOURCE_DIR "/tests/fuzz/seeds/fat32.bin");
    fat.resize(512);
    CHECK(kind_of_sector(fat) == VolumeKind::fat32);

    auto narrow = fat;
    put_number(narrow, 36, 0);
    narrow[22] = std::byte{1}; // sectors of a FAT, in 16 bits
    narrow[18] = std::byte{2}; // 512 entries in its root
    CHECK(kind_of_sector(narrow) == VolumeKind::fat12);
    put_number(narrow, 32, 1 + 1 + 32 + 4084);
    CHECK(kind_of_sector(narrow) == VolumeKind::fat12);
    put_number(narrow, 32, 1 + 1 + 32 + 4085);
    CHECK(kind_of_sector(narrow) == VolumeKind::fat16);

    auto to_go = fat;
    put_text(to_go, 424, "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0\x01");
    CHECK(kind_of_sector(to_go) == VolumeKind::bitlocker);

    auto odd = fat;
    odd[13] = std::byte{3}; // sectors a cluster: no power of two
    CHECK(kind_of_sector(odd) == VolumeKind::unknown);
    CHECK(kind_of_sector({}) == VolumeKind::unknown);
}
