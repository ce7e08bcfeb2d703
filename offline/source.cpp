// Sources of bytes that stand on memory, or on a part of another one.
#include "offline/source.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace rdpsweep::offline {

Status lies_within(std::uint64_t size, std::uint64_t offset, std::size_t length) {
    if (offset <= size && length <= size - offset) {
        return {};
    }
    return Error(
        Phase::run,
        Errc::malformed_output,
        std::to_string(length) + " bytes at " + std::to_string(offset) + " lie outside of " +
            std::to_string(size)
    );
}

Status MemorySource::read(std::uint64_t offset, std::span<std::byte> into) {
    auto inside = lies_within(size(), offset, into.size());
    if (inside && !into.empty()) {
        std::memcpy(into.data(), bytes_.data() + offset, into.size());
    }
    return inside;
}

PartSource::PartSource(ByteSource& whole, std::uint64_t offset, std::uint64_t length) noexcept
    : whole_(whole), offset_(std::min(offset, whole.size())),
      length_(std::min(length, whole.size() - offset_)) {}

Status PartSource::read(std::uint64_t offset, std::span<std::byte> into) {
    auto inside = lies_within(length_, offset, into.size());
    return inside ? whole_.read(offset_ + offset, into) : inside;
}

} // namespace rdpsweep::offline
