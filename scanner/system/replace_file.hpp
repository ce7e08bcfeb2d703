// A small file of ours, written anew so that a crash leaves the old one or the new one.
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace rdpsweep {

// Writes text beside path, syncs it, and renames it into place, with mode 0600. Two writers at once
// do not mix: the later one stays. Error{config, local_limit} with the system's words.
Status replace_file(const std::string& path, std::string_view text);

} // namespace rdpsweep
