// The one fact that the compact host rows show.
#pragma once

#include <cstdint>
#include <string_view>

namespace rdpsweep {

// Returns /os/build of a facts/1 document; 0 when it is not there. Reads without building the
// document.
std::uint32_t os_build(std::string_view facts_json);

} // namespace rdpsweep
