// How a service starts: the values of Service::start (winsvc.h).
#pragma once

#include <cstdint>

namespace rdpsweep::service_start {

constexpr std::uint32_t automatic = 2;
constexpr std::uint32_t manual = 3;
constexpr std::uint32_t disabled = 4;

} // namespace rdpsweep::service_start
