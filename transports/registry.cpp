#include "transports/registry.hpp"

#include "transports/azure/run_command.hpp"
#include "transports/rdp/rdp_source.hpp"
#include "transports/serial/serial.hpp"
#include "transports/ssh/ssh.hpp"
#include "transports/winrm/winrm.hpp"

#include <array>

namespace rdpsweep {

namespace {

constexpr std::array kinds{
    TransportKind{
        "winrm",
        "WinRM over HTTPS (port 5986), or HTTP with encrypted messages (port 5985)",
        {},
        make_winrm},
    TransportKind{"ssh", "SSH to OpenSSH on the VM (port 22)", {}, make_ssh},
    TransportKind{
        "run-command",
        "Azure Run Command, by the VM's agent; no network path is needed",
        {.by_azure = true, .by_agent = true, .logs_on = false, .slow = true},
        azure::make_run_command},
    TransportKind{
        "serial",
        "Azure Serial Console: Windows' SAC, by Azure's gateway; needs boot diagnostics and EMS",
        {.by_azure = true, .slow = true, .few_places = true},
        serial::make_serial},
};

constexpr SourceKind outside{
    "rdp", "the RDP handshake from outside, without a credential", rdp::make_rdp};

} // namespace

const SourceKind& outside_source() noexcept {
    return outside;
}

std::span<const TransportKind> all_transports() noexcept {
    return kinds;
}

TransportTraits traits_of(std::string_view name) noexcept {
    for (const auto& kind : kinds) {
        if (kind.name == name) return kind.traits;
    }
    return {.logs_on = name != outside.name};
}

} // namespace rdpsweep
