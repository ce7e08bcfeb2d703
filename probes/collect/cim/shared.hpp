// What several groups of questions share: keys, and what services, sockets and the firewall find
// out for each other. Private to probes/collect/cim.
#pragma once

#include "probes/collect/cim/steps.hpp"

#include <memory>
#include <vector>

namespace rdpsweep::cim_plan {

// Keys that several groups of facts are read from, below HKEY_LOCAL_MACHINE.
inline const std::string current = R"(SYSTEM\CurrentControlSet)";
inline const std::string listener_key = current + R"(\Control\Terminal Server\WinStations\RDP-Tcp)";
inline const std::string policy_key = R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services)";

inline constexpr std::uint32_t standard_port = 3389; // MS-RDPBCGR 2.1
inline constexpr std::size_t most_rules = 64;        // as the PowerShell collector

struct Running {
    std::string name;
    std::uint64_t pid = 0;
};

struct Shared {
    bool services_read = false;
    std::vector<Running> running; // every service with a process
    std::uint32_t port = standard_port;
};

using SharedPtr = std::shared_ptr<Shared>;

void ask_listener(Steps& steps, const SharedPtr& shared); // /listener, but for:
void ask_sockets(Steps& steps, const SharedPtr& shared);  // /listener/sockets and the processes
void ask_firewall(Steps& steps, const SharedPtr& shared); // /listener/fw

// Returns one firewall rule as facts/1 has it; null when it is not about RDP.
nlohmann::json firewall_rule(const std::string& id, const std::string& rule, std::uint32_t port);

} // namespace rdpsweep::cim_plan
