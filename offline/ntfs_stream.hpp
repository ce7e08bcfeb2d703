// Bytes of a file on NTFS as a source of their own. Private to ntfs.cpp.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

#include "offline/ntfs_library.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

// Makes a source of a file's bytes, of which there are so many.
std::unique_ptr<ByteSource>
ntfs_stream(std::shared_ptr<NtfsLibrary> library, NtfsRecord record, std::uint64_t size);

// Makes a source of the bytes under another name in a file. Error malformed_output: there are none.
Result<std::unique_ptr<ByteSource>>
ntfs_named_stream(std::shared_ptr<NtfsLibrary> library, NtfsRecord record, std::string_view name);

} // namespace rdpsweep::offline
