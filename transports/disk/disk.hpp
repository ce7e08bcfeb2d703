// A Windows that does not run, read from its disk: no credential of its own, no script.
#pragma once

#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <string_view>

namespace rdpsweep::disk {

inline constexpr std::string_view transport_name = "disk";

// Makes the transport. Its sessions answer facts(), and refuse every script.
Result<std::unique_ptr<Transport>> make_disk(Services& services);

} // namespace rdpsweep::disk
