// Which images are read as they are, and what is said of the others.
#include "tests/support/catch.hpp"
#include "transports/disk/image_kind.hpp"

#include <numeric>
#include <string>
#include <utility>
#include <vector>

using namespace rdpsweep;
using namespace rdpsweep::disk;

namespace {

const std::string nothing(sector, '\0');

void put(std::string& bytes, std::size_t at, std::uint64_t number, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i)
        bytes[at + i] = static_cast<char>(number >> (8 * (width - 1 - i)) & 0xFF);
}

// A VHD's footer, whole.
std::string footer(std::uint32_t type, std::uint64_t disk) {
    auto bytes = nothing;
    bytes.replace(0, 8, "conectix");
    put(bytes, 40, disk, 8);
    put(bytes, 48, disk, 8);
    put(bytes, 60, type, 4);
    const auto sum = std::accumulate(
        bytes.begin(),
        bytes.end(),
        std::uint32_t{0},
        [](std::uint32_t all, char c) { return all + static_cast<unsigned char>(c); }
    );
    put(bytes, 64, ~sum, 4);
    return bytes;
}

// A first sector that begins like a format.
std::string beginning(const std::string& magic, std::size_t at = 0) {
    auto bytes = nothing;
    bytes.replace(at, magic.size(), magic);
    return bytes;
}

std::string refusal(std::uint64_t size, const std::string& head, const std::string& tail) {
    const auto extent = extent_of(size, head, tail);
    if (extent) return "none";
    return std::string(extent.error().detail()) + " | " + std::string(extent.error().hint());
}

const std::string convert = " | qemu-img convert -O raw IN OUT, then scan OUT";

} // namespace

TEST_CASE("image kind: a raw image is its own disk, whatever its length", "[disk]") {
    for (const std::uint64_t size : {512u, 1024u, 1000u, 4096u * 1024u}) {
        const auto extent = extent_of(size, nothing, nothing);
        REQUIRE(extent);
        CHECK(extent->bytes == size);
        CHECK(extent->kind == "raw");
    }
}

TEST_CASE("image kind: a fixed VHD is all but its footer, or what the footer says", "[disk]") {
    auto extent = extent_of(8 * sector, nothing, footer(2, 7 * sector));
    REQUIRE(extent);
    CHECK(extent->bytes == 7 * sector);
    CHECK(extent->kind == "fixed VHD");
    extent = extent_of(8 * sector, nothing, footer(2, 3 * sector));
    REQUIRE(extent);
    CHECK(extent->bytes == 3 * sector);
}

TEST_CASE("image kind: a VHD that contradicts itself is none", "[disk]") {
    CHECK(
        refusal(8 * sector, nothing, footer(2, 8 * sector)) ==
        "the VHD says that its disk has 4096 bytes, and the file holds 3584 | was it copied whole?"
    );
    CHECK(refusal(8 * sector, nothing, footer(2, 0)).starts_with("the VHD says that its disk has 0")
    );
    CHECK(refusal(8 * sector, nothing, footer(2, UINT64_MAX)).starts_with("the VHD says"));
    auto damaged = footer(2, 7 * sector);
    damaged[100] ^= 1;
    CHECK(refusal(8 * sector, nothing, damaged)
              .starts_with("the footer of the VHD is damaged: its checksum differs"));
    // The one sector of a file cannot be disk and footer.
    const auto only = footer(2, sector);
    const auto extent = extent_of(sector, only, only);
    CHECK_FALSE(extent);
}

TEST_CASE(
    "image kind: what grows is refused by name, with the command that converts it", "[disk]"
) {
    const auto dynamic = footer(3, 64 * sector);
    CHECK(refusal(8 * sector, dynamic, dynamic) == "the image is a dynamic VHD" + convert);
    CHECK(refusal(8 * sector, dynamic, nothing) == "the image is a dynamic VHD" + convert);
    CHECK(
        refusal(8 * sector, nothing, footer(4, 64 * sector)) ==
        "the image is a differencing VHD: it needs its parent" + convert
    );
    CHECK(
        refusal(8 * sector, nothing, footer(6, 64 * sector)) ==
        "the image is a VHD of a type that is not known" + convert
    );
    const std::vector<std::pair<std::string, std::string>> formats{
        {beginning("vhdxfile"), "a VHDX"},
        {beginning("QFI\xfb"), "a qcow2 image"},
        {beginning("KDMV"), "a VMDK"},
        {beginning("COWD"), "a VMDK"},
        {beginning("# Disk DescriptorFile\nversion=1"), "the descriptor of a VMDK"},
        {beginning("\x7f\x10\xda\xbe", 64), "a VDI"},
        {beginning("WithoutFreeSpace"), "a Parallels disk"},
    };
    for (const auto& [head, name] : formats)
        CHECK(refusal(8 * sector, head, nothing) == "the image is " + name + convert);
}

TEST_CASE("image kind: what is packed has to be unpacked", "[disk]") {
    using namespace std::string_literals;
    const std::vector<std::pair<std::string, std::string>> packed{
        {beginning("\x1f\x8b\x08"), "a gzip file | unpack it first"},
        {beginning("\xfd\x37zXZ\0"s), "an xz file | unpack it first"},
        {beginning("\x28\xb5\x2f\xfd"), "a zstd file | unpack it first"},
        {beginning("PK\3\4"), "a zip file | unpack it first"},
        {beginning("7z\xbc\xaf\x27\x1c"), "a 7z file | unpack it first"},
        {beginning("EVF\x09\x0d\x0a\xff\0"s), "an EWF image (E01) | ewfexport -f raw IN"},
    };
    for (const auto& [head, name] : packed)
        CHECK(refusal(8 * sector, head, nothing) == "the image is " + name);
    // A disk that only looks a little like one is a disk.
    CHECK(extent_of(8 * sector, beginning("PK"), nothing));
    CHECK(extent_of(8 * sector, beginning("vhdxfile", 1), nothing));
}

TEST_CASE("image kind: what is shorter than a sector is no disk", "[disk]") {
    CHECK(refusal(0, "", "") == "the image has 0 bytes: that is no disk | was it copied whole?");
    CHECK(refusal(511, std::string(511, 'x'), "").starts_with("the image has 511 bytes"));
}
