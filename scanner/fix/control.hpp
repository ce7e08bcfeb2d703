// VMs that no plan touches, looked at from outside: when they stop answering, the change or the
// world hurts others.
#pragma once

#include "core/asio.hpp"
#include "core/target.hpp"
#include "transports/transport.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

inline constexpr std::size_t most_controls = 20;

// At most most_controls of targets that may be looked at from outside: always the same for one
// seed.
std::vector<Target> controls_among(const std::vector<Target>& targets, const std::string& seed);

// For each, whether RDP shook hands; all at once on lane, which is run until the last has answered
// or its time is over. before: what came of it the first time; who did not answer then is not asked
// again. Empty: this is the first time.
std::vector<bool> see_who_answers(
    FactSource& outside,
    const std::vector<Target>& controls,
    const std::vector<bool>& before,
    asio::io_context& lane
);

// Whether the share of those that answer fell by more than 10 percentage points: of 20 by three.
bool fell(const std::vector<bool>& before, const std::vector<bool>& now) noexcept;

} // namespace rdpsweep
