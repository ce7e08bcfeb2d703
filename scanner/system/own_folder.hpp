// The way to a folder of ours, followed from the root so that nobody else can have bent it.
#pragma once

#include "core/descriptor.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>

namespace rdpsweep {

enum class IfMissing : std::uint8_t { fail, make };

// Opens a folder that is ours alone (check_ours). Each folder above it is checked, too (check_way),
// and links above or in its place are followed if we or root have made them. IfMissing::make makes
// what is missing of the way, with mode 0700 whatever the umask. Error{config, ...}: not_found,
// access_denied for what the rules refuse, else local_limit with the system's words.
Result<Descriptor> open_own_folder(const std::string& path, IfMissing missing);

// Opens a folder that may be root's: only what holds of the way to a folder is asked of it.
Result<Descriptor> open_way(const std::string& path);

// Opens name in a folder: a folder of ours, and no link. path: of both, for errors.
Result<Descriptor>
open_own_subfolder(int folder, const std::string& name, const std::string& path, IfMissing missing);

} // namespace rdpsweep
