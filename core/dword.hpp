// A REG_DWORD of a VM, or its absence.
#pragma once

#include <cstdint>
#include <optional>

namespace rdpsweep {

using Dword = std::optional<std::uint32_t>;

} // namespace rdpsweep
