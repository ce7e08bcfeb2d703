// Bytes written to a descriptor, however many calls it takes.
#pragma once

#include <string_view>

namespace rdpsweep {

// Returns 0, or the errno of what failed.
int write_all(int descriptor, std::string_view bytes) noexcept;

} // namespace rdpsweep
