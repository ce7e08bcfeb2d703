// All that is known of a Windows from its disk alone, as one facts/1 document.
#pragma once

#include "core/result.hpp"

#include <functional>
#include <string>
#include <string_view>

#include "offline/source.hpp"

namespace rdpsweep::offline {

struct DiskOptions {
    // Told what is read now, a word or two of small letters ("partitions", "hive"): an error names
    // the last one. May be empty.
    std::function<void(std::string_view stage)> stage = {};
};

// Returns the document. It is called in the sandbox (offline/sandbox.hpp): it may compute, take
// memory and ask disk, nothing else. Error{run, ...}: unsupported, blocked_by_policy (encrypted),
// malformed_output, not_found or output_limit, its hint one of core/disk_hints.hpp.
Result<std::string> facts_from_disk(ByteSource& disk, const DiskOptions& options);

} // namespace rdpsweep::offline
