// The boot configuration (BCD): objects with elements, which say what the firmware is to start.
#pragma once

#include <string>
#include <string_view>

#include "offline/facts/open_hive.hpp"
#include "offline/hive/typed.hpp"

namespace rdpsweep::offline {

namespace boot_element_id {
inline constexpr std::string_view default_object = "23000003"; // of the boot manager
inline constexpr std::string_view system_device = "21000001";  // of a loader: where Windows is
inline constexpr std::string_view ems = "260000b0";
inline constexpr std::string_view ems_port = "15000022";
inline constexpr std::string_view ems_baud = "15000023";
} // namespace boot_element_id

// Returns an element of an object; nothing where there is none.
Found<Value> boot_element(const Hive& boot, std::string_view object, std::string_view element);

// Returns the object that is started unless somebody chooses another: a GUID in braces.
Found<std::string> default_loader(const Hive& boot);

} // namespace rdpsweep::offline
