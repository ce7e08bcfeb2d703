#include "transports/registry.hpp"

#include "transports/winrm/winrm.hpp"

#include <array>

namespace rdpsweep {

namespace {

constexpr std::array kinds{
    TransportKind{
        "winrm",
        "WinRM over HTTPS (port 5986), or HTTP with encrypted messages (port 5985)",
        make_winrm},
};

} // namespace

std::span<const TransportKind> all_transports() noexcept {
    return kinds;
}

} // namespace rdpsweep
