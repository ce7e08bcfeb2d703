// Ports as a firewall rule writes them: a number, or a range "5000-5010".
#pragma once

#include <cstdint>
#include <string_view>

namespace rdpsweep {

// Returns whether one number or range, with blanks around it or not, holds port. Text that is
// neither holds none.
bool range_covers(std::string_view range, std::uint32_t port) noexcept;

} // namespace rdpsweep
