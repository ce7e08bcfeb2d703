// Reads the footer of a VHD, and knows other formats by their first bytes.
#include "transports/disk/image_kind.hpp"

#include <array>
#include <numeric>
#include <string>

namespace rdpsweep::disk {

namespace {

using namespace std::string_view_literals;

// Virtual Hard Disk Image Format Specification, "Hard Disk Footer Format". Big-endian.
constexpr auto vhd_cookie = "conectix"sv;
constexpr std::size_t vhd_current_size = 48;
constexpr std::size_t vhd_disk_type = 60;
constexpr std::size_t vhd_checksum = 64;
constexpr std::uint64_t fixed = 2;
constexpr std::uint64_t dynamic = 3;
constexpr std::uint64_t differencing = 4;

constexpr auto convert = "qemu-img convert -O raw IN OUT, then scan OUT";
constexpr auto unpack = "unpack it first";

struct Format {
    std::string_view name;
    std::size_t at;
    std::string_view magic;
    std::string_view cure;
};

// The magic bytes as qemu's block drivers, libewf and the formats' own specifications have them.
constexpr std::array formats{
    Format{"a VHDX", 0, "vhdxfile"sv, convert},
    Format{"a qcow2 image", 0, "QFI\xfb"sv, convert},
    Format{"a VMDK", 0, "KDMV"sv, convert},
    Format{"a VMDK", 0, "COWD"sv, convert},
    Format{"the descriptor of a VMDK", 0, "# Disk DescriptorFile"sv, convert},
    Format{"a VDI", 64, "\x7f\x10\xda\xbe"sv, convert},
    Format{"a Parallels disk", 0, "WithoutFreeSpace"sv, convert},
    Format{"a Parallels disk", 0, "WithouFreSpacExt"sv, convert},
    Format{"an EWF image (E01)", 0, "EVF\x09\x0d\x0a\xff\x00"sv, "ewfexport -f raw IN"},
    Format{"a gzip file", 0, "\x1f\x8b\x08"sv, unpack},
    Format{
        "an xz file",
        0,
        "\xfd"
        "7zXZ\x00"sv,
        unpack},
    Format{"a zstd file", 0, "\x28\xb5\x2f\xfd"sv, unpack},
    Format{"a zip file", 0, "PK\x03\x04"sv, unpack},
    Format{"a 7z file", 0, "7z\xbc\xaf\x27\x1c"sv, unpack},
};

Error unreadable(Errc code, std::string detail, std::string_view hint) {
    return Error(Phase::open, code, std::move(detail)).with_hint(std::string(hint));
}

std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t width) {
    std::uint64_t number = 0;
    for (const char c : bytes.substr(at, width))
        number = number << 8U | static_cast<unsigned char>(c);
    return number;
}

bool has_cookie(std::string_view at) {
    return at.size() == sector && at.starts_with(vhd_cookie);
}

// Tells whether the sector is a whole footer: its sum, which leaves itself out, is inverted.
bool is_sound(std::string_view footer) {
    const auto sum = [](std::string_view bytes) {
        return std::accumulate(bytes.begin(), bytes.end(), std::uint32_t{0}, [](auto all, char c) {
            return all + static_cast<unsigned char>(c);
        });
    };
    const auto all = sum(footer) - sum(footer.substr(vhd_checksum, 4));
    return big_endian(footer, vhd_checksum, 4) == static_cast<std::uint32_t>(~all);
}

Error grows(std::uint64_t type) {
    const auto name = type == dynamic        ? "a dynamic VHD"
                      : type == differencing ? "a differencing VHD: it needs its parent"
                                             : "a VHD of a type that is not known";
    return unreadable(Errc::unsupported, std::string("the image is ") + name, convert);
}

Result<ImageExtent> read_footer(std::uint64_t size, std::string_view footer) {
    if (!is_sound(footer)) {
        return unreadable(
            Errc::malformed_output,
            "the footer of the VHD is damaged: its checksum differs",
            "copy the image anew; is its last sector what it was?"
        );
    }
    const auto type = big_endian(footer, vhd_disk_type, 4);
    if (type != fixed) return grows(type);
    const auto bytes = big_endian(footer, vhd_current_size, 8);
    if (bytes >= sector && bytes <= size - sector) return ImageExtent{bytes, "fixed VHD"};
    return unreadable(
        Errc::malformed_output,
        "the VHD says that its disk has " + std::to_string(bytes) + " bytes, and the file holds " +
            std::to_string(size - sector),
        "was it copied whole?"
    );
}

} // namespace

Result<ImageExtent> extent_of(std::uint64_t size, std::string_view head, std::string_view tail) {
    if (size < sector || head.size() < sector) {
        return unreadable(
            Errc::malformed_output,
            "the image has " + std::to_string(size) + " bytes: that is no disk",
            "was it copied whole?"
        );
    }
    for (const auto& format : formats) {
        if (head.substr(format.at).starts_with(format.magic)) {
            return unreadable(
                Errc::unsupported, "the image is " + std::string(format.name), format.cure
            );
        }
    }
    if (size > sector && has_cookie(tail)) return read_footer(size, tail);
    // A dynamic one has a copy of its footer in front, and may have lost the other.
    if (has_cookie(head) && is_sound(head)) return grows(big_endian(head, vhd_disk_type, 4));
    return ImageExtent{size, "raw"};
}

} // namespace rdpsweep::disk
