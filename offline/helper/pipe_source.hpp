// The disk as the helper sees it: bytes that the parent gives for the asking.
#pragma once

#include "offline/helper/link.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

class PipeSource final : public ByteSource {
public:
    // The link must outlive it.
    PipeSource(ParentLink& link, std::uint64_t size) noexcept : link_(link), size_(size) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

    // Asks for at most disk_wire::request_bytes at once. Error{run, ...}: malformed_output for what
    // lies outside, not_found for what the disk does not give, else what ended the link.
    Status read(std::uint64_t offset, std::span<std::byte> into) override;

private:
    Status read_piece(std::uint64_t offset, std::span<std::byte> into);

    ParentLink& link_;
    std::uint64_t size_;
};

} // namespace rdpsweep::offline
