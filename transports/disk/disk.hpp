// A Windows that does not run, read from its disk: no credential of its own, no script.
#pragma once

#include "transports/services.hpp"
#include "transports/transport.hpp"

#include <memory>
#include <string_view>

namespace rdpsweep::disk {

inline constexpr std::string_view transport_name = "disk";

// Tells whether the disk of a target is read in Azure: a snapshot that is given, or one that is
// made of its VM's OS disk.
inline bool reads_snapshot(const Target& target) noexcept {
    if (!target.disk->snapshot.empty()) return true;
    return !target.disk->given() && !target.vm.empty();
}

// Makes the transport. Its sessions answer facts(), and refuse every script.
Result<std::unique_ptr<Transport>> make_disk(Services& services);

} // namespace rdpsweep::disk
