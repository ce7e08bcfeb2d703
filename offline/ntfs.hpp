// NTFS, read-only: files, folders and rights of a volume of Windows, by libfsntfs.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/source.hpp"

namespace rdpsweep::offline {

struct NtfsEntry {
    std::string name; // UTF-8; others' words
    std::uint64_t size = 0;
    bool folder = false;
};

struct NtfsFolder {
    std::vector<NtfsEntry> entries; // in the order of the folder's index, the names' order
    std::size_t count = 0;          // of all; more than entries where a limit was reached
};

struct NtfsState {
    bool dirty = false;                // Windows wants to check the volume
    std::optional<bool> journal_clean; // false: Windows would repeat what is in it; nothing: unread
};

class NtfsLibrary; // what is known of libfsntfs
class NtfsSecurity;

// A volume, and what it is asked. Paths are "\\Windows\\System32", either slash, names in either
// case.
//
// Every function: Error{run, ...}: not_found; malformed_output: the volume contradicts itself;
// unsupported: clusters that are not 4 KiB, a file whose bytes are not what the file holds
// (compressed by the system, encrypted, a link); or what the volume's source said, as it said it.
// After an error of the source every later call says the same.
class NtfsVolume {
public:
    // The source has to outlive it.
    static Result<NtfsVolume> open(ByteSource& volume);

    // Returns a file's bytes to be read at any offset. It keeps what it needs of the volume alive.
    Result<std::unique_ptr<ByteSource>> file(std::string_view path);

    // Returns all of a file; output_limit when it is longer than most.
    Result<std::vector<std::byte>> read(std::string_view path, std::size_t most);

    // Returns the names in a folder, without those of MS-DOS.
    Result<NtfsFolder> list(std::string_view path, std::size_t most);

    // Returns the security descriptor of a file or a folder, self-relative.
    Result<std::vector<std::byte>> descriptor(std::string_view path);

    Result<NtfsState> state();

private:
    explicit NtfsVolume(std::shared_ptr<NtfsLibrary> library) noexcept
        : library_(std::move(library)) {}

    Result<std::vector<std::byte>> stored_descriptor(std::uint32_t number);

    std::shared_ptr<NtfsLibrary> library_;
    std::shared_ptr<NtfsSecurity> security_; // made when a descriptor is asked for
};

} // namespace rdpsweep::offline
