// The read-only PowerShell script that looks at a VM.
#pragma once

#include <string_view>

namespace rdpsweep {

// Returns the bytes of collector.ps1, unchanged. It prints one frame (frame.hpp) with a facts/1
// document (decode.hpp) and takes its parameters from the environment: RDPSWEEP_NONCE (hex) and
// RDPSWEEP_ARGS, one JSON object {"profile":"full"|"lean","handshake":bool,"event_hours":n}.
std::string_view collector_script() noexcept;

} // namespace rdpsweep
