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

// Chooses at most most_controls of the targets that may be looked at from outside: always the same
// for one seed.
std::vector<Target> controls_among(const std::vector<Target>& targets, const std::string& seed);

// Tells for each control VM whether it completed an RDP handshake; all are asked at once on lane,
// which runs until the last has answered or its time is over. before: the answers of the first
// time; a VM that did not answer then is not asked again. Empty: this is the first time.
std::vector<bool> see_who_answers(
    FactSource& outside,
    const std::vector<Target>& controls,
    const std::vector<bool>& before,
    asio::io_context& lane
);

// Tells whether the share of VMs that answer fell by more than 10 percentage points: by 3 of 20.
bool fell(const std::vector<bool>& before, const std::vector<bool>& now) noexcept;

} // namespace rdpsweep
