// The one script by which changes are made on a host, and its words.
#pragma once

#include "core/change.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

// Returns the script, for PowerShell 2.0 and later. It writes only what the changes it is given
// name.
std::string_view change_script() noexcept;

enum class ChangeMode : std::uint8_t { read, apply, undo };

// Returns RDPSWEEP_ARGS for the script. restart: TermService is started anew after what was
// written, also when nothing was; never when something could not be.
std::string
change_arguments(ChangeMode mode, const std::vector<Change>& changes, bool restart = false);

// What became of one change.
struct ChangeResult {
    enum class Did : std::uint8_t { kept, written, drift, failed };

    std::string found; // its state before
    Did did = Did::kept;
    std::string now; // and after
    std::string why; // Windows' words when it failed, or could not be read
};

// Reads the document of the script's frame, an answer to that many changes: Error{decode,
// malformed_output} when it is not.
Result<std::vector<ChangeResult>> read_changes(std::string_view json, std::size_t count);

} // namespace rdpsweep
