// What a file holds that is said to be a disk: its bytes as they are, or wrapped in a format.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string_view>

#include "offline/source.hpp"

namespace rdpsweep::offline {

enum class ImageKind : std::uint8_t {
    raw,
    vhd_fixed, // raw, and a footer behind it
    vhd_dynamic,
    vhd_differencing,
    vhdx,
    qcow2,
    vmdk,
};

struct Image {
    ImageKind kind = ImageKind::raw;
    std::uint64_t disk_size =
        0; // of the disk within, which begins at 0; 0 where it is not readable

    // Tells whether the bytes of the disk lie in the file one by one.
    [[nodiscard]] bool readable() const noexcept {
        return kind == ImageKind::raw || kind == ImageKind::vhd_fixed;
    }
};

// Returns "raw", "fixed VHD", "dynamic VHD", ...
std::string_view to_string(ImageKind kind) noexcept;

// Returns what `qemu-img convert -f` calls the format.
std::string_view qemu_format(ImageKind kind) noexcept;

// Looks at the begin and the end of a file. Error{run, malformed_output}: a VHD whose footer is
// damaged, or that was cut.
Result<Image> read_image_kind(ByteSource& file);

} // namespace rdpsweep::offline
