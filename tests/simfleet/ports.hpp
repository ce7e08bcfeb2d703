// Ports that a fleet is asked to serve.
#pragma once

#include <cstdint>

namespace simfleet {

// A number of the command line: 0 is no such face, any_port whichever is free. The fleet binds 0
// then and says what it got: nobody can come between the choice of a port and its use.
using WantedPort = std::uint32_t;
constexpr WantedPort any_port = 65'536;

constexpr std::uint16_t to_bind(WantedPort wanted) noexcept {
    return wanted == any_port ? 0 : static_cast<std::uint16_t>(wanted);
}

} // namespace simfleet
