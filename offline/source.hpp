// Where the bytes of a disk come from: a file, a block device, a pipe to what reads a snapshot.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace rdpsweep::offline {

// Bytes that can be read at any offset. Nothing here is written.
class ByteSource {
public:
    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    virtual ~ByteSource() = default;

    [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;

    // Fills all of into from offset. Error{run, ...}: the bytes lie outside (malformed_output), or
    // whoever has them did not give them.
    virtual Status read(std::uint64_t offset, std::span<std::byte> into) = 0;
};

// Bytes that are in memory already; they must outlive it.
class MemorySource final : public ByteSource {
public:
    explicit MemorySource(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override;

private:
    std::span<const std::byte> bytes_;
};

// A part of another source, which must outlive it: one partition of a disk. What of it lies beyond
// the end of the other is not there.
class PartSource final : public ByteSource {
public:
    PartSource(ByteSource& whole, std::uint64_t offset, std::uint64_t length) noexcept;

    [[nodiscard]] std::uint64_t size() const noexcept override { return length_; }

    Status read(std::uint64_t offset, std::span<std::byte> into) override;

private:
    ByteSource& whole_;
    std::uint64_t offset_;
    std::uint64_t length_;
};

// Returns Error{run, malformed_output} when bytes do not all lie in a source of that size.
Status lies_within(std::uint64_t size, std::uint64_t offset, std::size_t length);

} // namespace rdpsweep::offline
