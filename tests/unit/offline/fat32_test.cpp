// FAT32: one file by its path, and chains that lie. The volume was made by hand; fsck.fat
// finds the same 22 files in it, and no fault.
#include "tests/support/catch.hpp"
#include "tests/support/file_bytes.hpp"

#include <algorithm>
#include <cstring>

#include "offline/fat32.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

using Volume = std::vector<std::byte>;

constexpr std::size_t fat_at = 512;
constexpr std::size_t boot_folder = 2 * 512 + (6 - 2) * 512; // its second cluster
constexpr std::size_t bcd_entry = boot_folder + 32;
const std::string bcd_path = "\\EFI\\Microsoft\\Boot\\BCD";

Volume fat_volume() {
    return file_bytes(RDPSWEEP_SOURCE_DIR "/tests/fuzz/seeds/fat32.bin");
}

Result<std::vector<std::byte>>
fat_file(const Volume& bytes, std::string_view path, std::size_t most = 4096) {
    MemorySource volume(bytes);
    return read_fat32_file(volume, path, most);
}

std::string fat_text(const Result<std::vector<std::byte>>& bytes) {
    REQUIRE(bytes);
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

void link_cluster(Volume& volume, std::size_t cluster, std::uint32_t next) {
    std::memcpy(volume.data() + fat_at + cluster * 4, &next, sizeof next);
}

} // namespace

TEST_CASE("fat32: a fragmented file in a folder of two clusters", "[offline]") {
    const auto text = std::string(512, 'A') + std::string(512, 'B') + std::string(512, 'C') +
                      std::string(1700 - 3 * 512, 'D');
    CHECK(fat_text(fat_file(fat_volume(), bcd_path)) == text);
    CHECK(fat_text(fat_file(fat_volume(), "efi/MICROSOFT/boot/bcd")) == text);
    CHECK(fat_text(fat_file(fat_volume(), "EFI/MICROS~1/BOOT/BCD")) == text);
}

TEST_CASE("fat32: a long name, and the short one for the same file", "[offline]") {
    CHECK(fat_text(fat_file(fat_volume(), "A Long Name of a FILE.txt")).size() == 300);
    CHECK(fat_text(fat_file(fat_volume(), "ALONGN~1.TXT")).size() == 300);

    auto volume = fat_volume();
    volume[2 * 512 + 64 + 13] ^= std::byte{1}; // the checksum in the first entry of the long name
    CHECK_FALSE(fat_file(volume, "a long name of a file.txt"));
    CHECK(fat_file(volume, "ALONGN~1.TXT"));
}

TEST_CASE("fat32: what is not there is not found", "[offline]") {
    for (const auto* path :
         {"\\EFI\\Boot\\BCD", "\\EFI\\Microsoft\\Boot\\BCD\\x", "\\EFI", "VOLUME", "", "\\"}) {
        const auto file = fat_file(fat_volume(), path);
        REQUIRE_FALSE(file);
        CHECK(file.error().code() == Errc::not_found);
    }
}

TEST_CASE("fat32: a file that is longer than it may be is not read", "[offline]") {
    CHECK(fat_file(fat_volume(), bcd_path, 1700));
    const auto file = fat_file(fat_volume(), bcd_path, 1699);
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::output_limit);
}

TEST_CASE("fat32: a chain that lies is told as that", "[offline]") {
    auto volume = fat_volume();
    std::string detail;

    SECTION("a file's loops") {
        link_cluster(volume, 8, 9);
        detail = "FAT32: a chain of clusters loops";
    }
    SECTION("a file's ends early") {
        link_cluster(volume, 9, 0x0FFFFFFF);
        detail = "FAT32: a file's chain of clusters ends before the file";
    }
    SECTION("a file's leaves the volume") {
        link_cluster(volume, 9, 42);
        detail = "FAT32: a chain of clusters leaves the volume";
    }
    SECTION("a file's meets a cluster that is free") {
        link_cluster(volume, 9, 0);
        detail = "FAT32: a chain of clusters leaves the volume";
    }
    SECTION("a file's begins outside") {
        volume[bcd_entry + 26] = std::byte{42};
        detail = "FAT32: a chain of clusters begins outside of the volume";
    }
    SECTION("a folder's loops") {
        link_cluster(volume, 6, 5);
        detail = "FAT32: a chain of clusters loops";
    }
    SECTION("the volume was cut") {
        volume.resize(2 * 512 + 9 * 512);
        detail = "FAT32: a cluster lies beyond the end of the volume";
    }
    const auto file = fat_file(volume, bcd_path);
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::malformed_output);
    CHECK(file.error().detail() == detail);
}

TEST_CASE("fat32: the last cluster is a cluster, and a longer chain no harm", "[offline]") {
    auto volume = fat_volume();
    link_cluster(volume, 8, 41);
    link_cluster(volume, 41, 7); // behind the end of the file: nobody follows it
    CHECK(
        fat_text(fat_file(volume, bcd_path)).substr(3 * 512) == std::string(1700 - 3 * 512, '\0')
    );
}

TEST_CASE("fat32: of two FATs the one in use counts", "[offline]") {
    auto volume = fat_volume();
    Volume second(volume.begin() + fat_at, volume.begin() + 2 * fat_at);
    volume.insert(volume.begin() + 2 * fat_at, second.begin(), second.end());
    volume[16] = std::byte{2};
    volume[32] = std::byte{43};
    std::fill_n(volume.begin() + fat_at, 512, std::byte{0});
    CHECK_FALSE(fat_file(volume, bcd_path));
    volume[40] = std::byte{0x81}; // the second alone
    CHECK(fat_file(volume, bcd_path));
}

TEST_CASE("fat32: other file systems are refused by their name", "[offline]") {
    auto volume = fat_volume();
    volume[22] = std::byte{1};
    const auto file = fat_file(volume, bcd_path);
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::unsupported);
    CHECK(file.error().detail() == "FAT32 is read alone, and this is FAT12");
}
