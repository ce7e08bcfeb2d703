// $SDS: entries of a header and a descriptor, in blocks of 256 KiB that each have a copy behind
// them. As the Linux-NTFS project documents it; there is no document of Microsoft's.
#include "offline/ntfs_security.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace rdpsweep::offline {
namespace {

constexpr std::uint64_t block_bytes = std::uint64_t{256} << 10U;
constexpr std::size_t stored_header_bytes = 20;
constexpr std::size_t entry_alignment = 16;
constexpr std::uint64_t most_stream_bytes = std::uint64_t{64} << 20U;

// What lies before a descriptor.
struct StoredHeader {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;
    std::uint64_t offset = 0; // its own, in the stream
    std::uint32_t size = 0;   // with the header
};

std::optional<StoredHeader> header_of(Bytes bytes) noexcept {
    const auto hash = number_at<std::uint32_t>(bytes, 0);
    const auto number = number_at<std::uint32_t>(bytes, 4);
    const auto offset = number_at<std::uint64_t>(bytes, 8);
    const auto size = number_at<std::uint32_t>(bytes, 16);
    if (!hash || !number || !offset || !size || *size <= stored_header_bytes ||
        *size > block_bytes) {
        return std::nullopt;
    }
    return StoredHeader{*hash, *number, *offset, *size};
}

std::uint32_t hash_of(Bytes descriptor) noexcept {
    std::uint32_t hash = 0;
    for (std::size_t at = 0; at + 4 <= descriptor.size(); at += 4) {
        hash = (hash >> 29U | hash << 3U) + number_at<std::uint32_t>(descriptor, at).value_or(0);
    }
    return hash;
}

} // namespace

// Notes the entries of a block. Where none begins, one is looked for at the next place.
void NtfsSecurity::note(Bytes block, std::uint64_t offset) {
    for (std::size_t at = 0; at + stored_header_bytes <= block.size();) {
        const auto header = header_of(block.subspan(at));
        if (!header || header->offset != offset + at) {
            at += entry_alignment;
            continue;
        }
        places_.try_emplace(header->number, Place{header->offset, header->size});
        at += (header->size + entry_alignment - 1) / entry_alignment * entry_alignment;
    }
}

Status NtfsSecurity::scan_until(std::uint32_t number) {
    const auto size = std::min(stream_->size(), most_stream_bytes);
    std::vector<std::byte> block;
    while (!places_.contains(number) && scanned_ < size) {
        block.resize(std::min(block_bytes, size - scanned_));
        if (auto read = stream_->read(scanned_, block); !read) {
            return read;
        }
        note(block, scanned_);
        scanned_ += 2 * block_bytes; // behind the copy
    }
    return {};
}

Result<std::vector<std::byte>> NtfsSecurity::read(std::uint32_t number, Place place) {
    for (const auto offset : {place.offset, place.offset + block_bytes}) {
        std::vector<std::byte> bytes(place.size);
        if (!lies_within(stream_->size(), offset, bytes.size())) {
            continue;
        }
        if (auto read = stream_->read(offset, bytes); !read) {
            return std::move(read).error();
        }
        const auto header = header_of(bytes);
        bytes.erase(bytes.begin(), bytes.begin() + stored_header_bytes);
        if (header && header->number == number && header->hash == hash_of(bytes)) {
            return bytes;
        }
    }
    return Error(
        Phase::run,
        Errc::malformed_output,
        "NTFS: security descriptor " + std::to_string(number) + " is damaged"
    );
}

Result<std::vector<std::byte>> NtfsSecurity::find(std::uint32_t number) {
    if (auto scanned = scan_until(number); !scanned) {
        return std::move(scanned).error();
    }
    const auto found = places_.find(number);
    if (found == places_.end()) {
        return Error(
            Phase::run,
            Errc::malformed_output,
            "NTFS: there is no security descriptor " + std::to_string(number)
        );
    }
    return read(number, found->second);
}

} // namespace rdpsweep::offline
