// The table of the ways in, and how a row is found by the name of a route or of an attempt.
#include "transports/registry.hpp"

#include "transports/azure/run_command.hpp"
#include "transports/disk/disk.hpp"
#include "transports/rdp/rdp_source.hpp"
#include "transports/serial/serial.hpp"
#include "transports/ssh/ssh.hpp"
#include "transports/winrm/winrm.hpp"

#include <array>

namespace rdpsweep {

namespace {

std::uint16_t winrm_port(const Target& target) noexcept {
    return target.winrm.port;
}

std::uint16_t ssh_port(const Target& target) noexcept {
    return target.ssh->port;
}

std::uint16_t rdp_port(const Target& target) noexcept {
    return target.rdp_port;
}

const std::string& ssh_user(const Target& target) noexcept {
    return target.ssh->user;
}

constexpr std::array kinds{
    TransportKind{
        winrm::transport_name,
        "WinRM over HTTPS (port 5986), or HTTP with encrypted messages (port 5985)",
        {.questions = Questions::cim, .port = winrm_port},
        make_winrm,
        winrm::sealed_name},
    TransportKind{
        ssh::transport_name,
        "SSH to OpenSSH on the VM (port 22)",
        {.port = ssh_port, .user = ssh_user},
        make_ssh},
    TransportKind{
        azure::run_command_name,
        "Azure Run Command, by the VM's agent; no network path is needed",
        {.by_azure = true, .by_agent = true, .logs_on = false, .slow = true},
        azure::make_run_command},
    TransportKind{
        serial::transport_name,
        "Azure Serial Console: Windows' SAC, by Azure's gateway; needs boot diagnostics and EMS",
        {.by_azure = true, .slow = true, .few_places = true, .questions = Questions::cmd},
        serial::make_serial},
    TransportKind{
        disk::transport_name,
        "a disk image or block device of this machine, or a snapshot by its SAS, for a VM that "
        "does "
        "not run (disk: or --disk)",
        {.by_disk = true, .logs_on = false},
        disk::make_disk},
};

constexpr SourceKind outside{
    rdp::source_name,
    "the RDP handshake from outside, without a credential",
    {.logs_on = false, .port = rdp_port},
    rdp::make_rdp};

} // namespace

const SourceKind& outside_source() noexcept {
    return outside;
}

std::span<const TransportKind> all_transports() noexcept {
    return kinds;
}

TransportTraits traits_of(std::string_view name) noexcept {
    for (const auto& kind : kinds) {
        const bool second = !kind.second_name.empty() && kind.second_name == name;
        if (kind.name == name || second) return kind.traits;
    }
    if (name == outside.name) return outside.traits;
    return {};
}

} // namespace rdpsweep
