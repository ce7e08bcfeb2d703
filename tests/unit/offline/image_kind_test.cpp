// Disk images by their format: which can be read as they are, how large the disk within is.
#include "tests/support/catch.hpp"
#include "tests/support/file_bytes.hpp"

#include <cstring>

#include "offline/image_kind.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

using ImageBytes = std::vector<std::byte>;

constexpr std::size_t disk_bytes = 16 * 512;

ImageBytes fixed_vhd() {
    return file_bytes(RDPSWEEP_SOURCE_DIR "/tests/fuzz/seeds/mbr.vhd");
}

Result<Image> image_of(const ImageBytes& bytes) {
    MemorySource file(bytes);
    return read_image_kind(file);
}

// Makes the checksum of the footer right again.
void sum_footer(ImageBytes& image) {
    auto* footer = image.data() + image.size() - 512;
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < 512; ++i) {
        sum += i >= 64 && i < 68 ? 0 : std::to_integer<std::uint32_t>(footer[i]);
    }
    for (unsigned i = 0; i < 4; ++i) {
        footer[64 + i] = static_cast<std::byte>(~sum >> (24 - 8 * i));
    }
}

} // namespace

TEST_CASE("image kind: a fixed VHD ends in a footer that is no part of its disk", "[offline]") {
    const auto image = image_of(fixed_vhd());
    REQUIRE(image);
    CHECK(image->kind == ImageKind::vhd_fixed);
    CHECK(image->disk_size == disk_bytes);
    CHECK(image->readable());
}

TEST_CASE("image kind: other types of VHD are named, and not read", "[offline]") {
    auto vhd = fixed_vhd();
    auto& type = vhd[disk_bytes + 63];
    const auto [number, kind] =
        GENERATE(std::pair{3, ImageKind::vhd_dynamic}, std::pair{4, ImageKind::vhd_differencing});
    type = static_cast<std::byte>(number);
    sum_footer(vhd);
    const auto image = image_of(vhd);
    REQUIRE(image);
    CHECK(image->kind == kind);
    CHECK_FALSE(image->readable());
    CHECK(image->disk_size == 0);
    CHECK(qemu_format(image->kind) == "vpc");
}

TEST_CASE("image kind: a VHD that is damaged or cut is told as that", "[offline]") {
    auto vhd = fixed_vhd();
    std::string detail;

    SECTION("a checksum") {
        vhd[disk_bytes + 20] ^= std::byte{1};
        detail = "the footer of the VHD has a wrong checksum";
    }
    SECTION("a type that nobody knows") {
        vhd[disk_bytes + 63] = std::byte{9};
        sum_footer(vhd);
        detail = "the footer of the VHD names a type of disk that is not known";
    }
    SECTION("sectors that are missing") {
        vhd.erase(vhd.begin(), vhd.begin() + 512);
        detail = "the footer of the VHD tells of a larger disk than there is: the file was cut";
    }
    const auto image = image_of(vhd);
    REQUIRE_FALSE(image);
    CHECK(image.error().code() == Errc::malformed_output);
    CHECK(image.error().detail() == detail);
}

TEST_CASE("image kind: formats that begin with their name", "[offline]") {
    using Row = std::tuple<std::string, ImageKind, std::string, std::string>;
    const auto [begin, kind, name, format] = GENERATE(
        Row{"vhdxfile", ImageKind::vhdx, "VHDX", "vhdx"},
        Row{"QFI\xfb", ImageKind::qcow2, "qcow2", "qcow2"},
        Row{"KDMV", ImageKind::vmdk, "VMDK", "vmdk"},
        Row{"# Disk DescriptorFile\n", ImageKind::vmdk, "VMDK", "vmdk"},
        Row{"conectix", ImageKind::vhd_dynamic, "dynamic VHD", "vpc"}
    );
    ImageBytes bytes(4096);
    std::memcpy(bytes.data(), begin.data(), begin.size());
    const auto image = image_of(bytes);
    REQUIRE(image);
    CHECK(image->kind == kind);
    CHECK(to_string(image->kind) == name);
    CHECK(qemu_format(image->kind) == format);
    CHECK_FALSE(image->readable());
}

TEST_CASE("image kind: everything else is a disk's bytes as they are", "[offline]") {
    const auto size =
        GENERATE(std::size_t{0}, std::size_t{100}, std::size_t{512}, std::size_t{5000});
    const auto image = image_of(ImageBytes(size));
    REQUIRE(image);
    CHECK(image->kind == ImageKind::raw);
    CHECK(image->disk_size == size);
}
