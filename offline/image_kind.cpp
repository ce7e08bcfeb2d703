// Magic numbers of disk images, and the footer of a VHD ("Virtual Hard Disk Image Format", 1.0).
#include "offline/image_kind.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::size_t footer_bytes = 512;
constexpr std::string_view vhd_cookie = "conectix";

std::string_view text_of(Bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A VHD's numbers are big-endian.
std::uint64_t big_endian(Bytes bytes, std::size_t offset, std::size_t length) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
        value = value << 8U | std::to_integer<std::uint64_t>(bytes[offset + i]);
    }
    return value;
}

std::optional<ImageKind> kind_by_begin(Bytes begin) noexcept {
    const auto text = text_of(begin);
    if (text.starts_with("vhdxfile")) {
        return ImageKind::vhdx;
    }
    if (text.starts_with("QFI\xfb")) {
        return ImageKind::qcow2;
    }
    if (text.starts_with("KDMV") || text.starts_with("COWD") ||
        text.starts_with("# Disk DescriptorFile")) {
        return ImageKind::vmdk;
    }
    if (text.starts_with(vhd_cookie)) { // a copy of the footer, which a fixed one does not have
        return ImageKind::vhd_dynamic;
    }
    return std::nullopt;
}

Error damaged_footer(std::string_view what) {
    return {Phase::run, Errc::malformed_output, std::string("the footer of the VHD ").append(what)};
}

Result<Image> read_footer(Bytes footer, std::uint64_t file_size) {
    const auto type = big_endian(footer, 60, 4);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < footer.size(); ++i) {
        sum += i >= 64 && i < 68 ? 0 : std::to_integer<std::uint32_t>(footer[i]);
    }
    if (big_endian(footer, 64, 4) != static_cast<std::uint32_t>(~sum)) {
        return damaged_footer("has a wrong checksum");
    }
    if (type == 3 || type == 4) {
        return Image{type == 3 ? ImageKind::vhd_dynamic : ImageKind::vhd_differencing, 0};
    }
    const auto size = big_endian(footer, 48, 8);
    if (type != 2) {
        return damaged_footer("names a type of disk that is not known");
    }
    if (size == 0 || size > file_size - footer_bytes) {
        return damaged_footer("tells of a larger disk than there is: the file was cut");
    }
    return Image{ImageKind::vhd_fixed, size};
}

} // namespace

std::string_view to_string(ImageKind kind) noexcept {
    constexpr std::array<std::string_view, 7> names{
        "raw", "fixed VHD", "dynamic VHD", "differencing VHD", "VHDX", "qcow2", "VMDK"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view qemu_format(ImageKind kind) noexcept {
    constexpr std::array<std::string_view, 7> names{
        "raw", "vpc", "vpc", "vpc", "vhdx", "qcow2", "vmdk"};
    return names[static_cast<std::size_t>(kind)];
}

Result<Image> read_image_kind(ByteSource& file) {
    std::array<std::byte, footer_bytes> bytes{};
    const auto size = file.size();
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), size));
    if (auto read = file.read(0, std::span(bytes).first(length)); !read) {
        return std::move(read).error();
    }
    const auto by_begin = kind_by_begin(Bytes(bytes).first(length));
    if (by_begin && by_begin != ImageKind::vhd_dynamic) {
        return Image{*by_begin, 0};
    }
    if (size > footer_bytes) {
        if (auto read = file.read(size - footer_bytes, bytes); !read) {
            return std::move(read).error();
        }
        if (text_of(bytes).starts_with(vhd_cookie)) {
            return read_footer(bytes, size);
        }
    }
    return by_begin ? Image{*by_begin, 0} : Image{ImageKind::raw, size};
}

} // namespace rdpsweep::offline
