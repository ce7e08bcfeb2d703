// Fix port: stops and disables the service that holds RDP's port, if the author of the plan names
// it.
//
// Article step 1 stops whatever netstat shows, or moves RDP to another port. Which of the two
// programs may keep the port is a decision, not a finding: nothing is stopped that was not named.
// RDP is moved only where that was allowed and the port cannot be freed: clients and network
// security groups have to follow.
#include "core/text.hpp"
#include "probes/fix/fixes.hpp"
#include "probes/fix/values.hpp"
#include "probes/reading/rule_support.hpp"

#include <algorithm>
#include <optional>

namespace rdpsweep {

namespace {

constexpr std::array<std::string_view, 1> rules{"PORT.OWNER"};
constexpr std::array<std::string_view, 3> declared{
    "service:*",
    R"(registry:HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp\PortNumber)",
    "firewall:rdpsweep-RDP-*"};

// Without these Windows, its protection, its cluster or our own way in is gone.
constexpr std::array<std::string_view, 18> never{
    "RpcSs",
    "RpcEptMapper",
    "DcomLaunch",
    "LSM",
    "SamSs",
    "EventLog",
    "Dhcp",
    "Dnscache",
    "NlaSvc",
    "BFE",
    "MpsSvc",
    "WinDefend",
    "Sense",
    "ClusSvc",
    "WinRM",
    "sshd",
    "iphlpsvc",
    "WindowsAzureGuestAgent"};

bool named_in(std::string_view service, const auto& names) {
    return std::any_of(names.begin(), names.end(), [service](const auto& name) {
        return iequals(name, service);
    });
}

bool is_foreign(const Facts& facts, const Socket& socket) {
    const auto* term = facts.services->find("TermService");
    return term == nullptr || term->pid == 0 || socket.pid != term->pid;
}

// Returns why the owner of a socket is not one to stop; nothing when it is.
std::optional<Refusal> refusal_of(const Socket& socket, const FixChoices& choices) {
    const auto process = socket.image + " (pid " + std::to_string(socket.pid) + ")";
    if (socket.services.empty()) return Refusal{"fix.refused.no_service", {{"process", process}}};
    if (socket.services.size() > 1)
        return Refusal{"fix.refused.shared_process", {{"process", process}}};
    const auto& service = socket.services.front();
    if (named_in(service, never)) return Refusal{"fix.refused.vital", {{"service", service}}};
    if (!named_in(service, choices.stop_services))
        return Refusal{"fix.refused.unnamed", {{"service", service}}};
    return {};
}

Prepared stop_owners(const Facts& facts, const FixChoices& choices) {
    std::vector<Change> changes;
    std::vector<std::string> stopped;
    for (const auto& socket : facts.rdp_port->sockets) {
        if (!is_foreign(facts, socket)) continue;
        if (auto refused = refusal_of(socket, choices)) return *std::move(refused);
        const auto& service = socket.services.front();
        if (named_in(service, stopped)) continue;
        stopped.push_back(service);
        // In this order: undoing goes backwards, and what is disabled cannot be started.
        changes.push_back({Change::Kind::run, service, "", "running", "stopped"});
        changes.push_back({Change::Kind::start, service, "", "start:enabled", "start:4"});
    }
    return changes;
}

// A rule of its own is made: those that Windows has are for the port it ships with.
Prepared move_away(const Facts& facts, std::uint16_t port) {
    if (facts.why_unread("/listener/port") != nullptr)
        return Refusal{"fix.refused.unread", {{"fact", "/listener/port"}}};
    const auto number = std::to_string(port);
    std::vector<Change> changes;
    changes.push_back(
        {Change::Kind::firewall, "rdpsweep-RDP-" + number, "", state::absent, "rule:" + number}
    );
    set_dword(
        changes,
        {R"(SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp)", "PortNumber"},
        facts.rdp_port->configured_port,
        port
    );
    return changes;
}

Prepared prepare_port(const Facts& facts, const Finding& finding, const FixChoices& choices) {
    const auto& key = finding.summary.key;
    const bool stoppable = key == "PORT.OWNER.foreign" || key == "PORT.OWNER.foreign_nic";
    if (!stoppable && key != "PORT.OWNER.portproxy") return Refusal{"fix.refused.other_case", {}};
    if (!facts.rdp_port || !facts.services || facts.why_unread("/listener/sockets") != nullptr)
        return Refusal{"fix.refused.unread", {{"fact", "/listener/sockets"}}};
    Prepared stopped = Refusal{"fix.refused.other_case", {}};
    if (stoppable) stopped = stop_owners(facts, choices);
    const bool may_move = choices.move_rdp != 0 && choices.move_rdp != facts.rdp_port->port();
    if (std::holds_alternative<Refusal>(stopped) && may_move)
        return move_away(facts, choices.move_rdp);
    return stopped;
}

} // namespace

Fix port_fix() noexcept {
    return {
        .id = "port",
        .rules = rules,
        .risk = Risk::high,
        .restart = Restart::needed,
        .declared = declared,
        .prepare = prepare_port};
}

} // namespace rdpsweep
