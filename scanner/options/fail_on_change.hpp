// What of a comparison with another run is a failure.
#pragma once

#include <cstdint>

namespace rdpsweep {

// A new finding, a worse host, or a host that became unassessable.
enum class FailOnChange : std::uint8_t { news, worse, unassessable };

} // namespace rdpsweep
