// When the OS disk is to be copied before a VM is changed.
#pragma once

#include <cstdint>

namespace rdpsweep {

enum class SnapshotWish : std::uint8_t { never, risk, always }; // risk: before fixes of high risk

} // namespace rdpsweep
