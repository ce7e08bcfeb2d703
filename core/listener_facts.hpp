// /listener of facts/1: the RDP port, who holds it, and what the firewall says of it.
#pragma once

#include "core/dword.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rdpsweep {

// One element of /listener/sockets: a listening TCP socket on the RDP port.
struct Socket {
    std::string address;               // a: "0.0.0.0", "::", "10.0.0.4", "127.0.0.1"
    std::uint16_t port = 0;            // p
    std::uint32_t pid = 0;             // pid
    std::string image;                 // img: "svchost.exe"; may be empty
    std::vector<std::string> services; // svcs: services hosted in that process
};

// One element of /listener/portproxy.
struct PortProxy {
    std::string listen; // listen: "*/3389" (the registry value's name)
    std::string to;     // to: "10.0.0.9/3389"
};

// One element of /listener/fw: an inbound firewall rule that names the RDP port or service.
struct FirewallRule {
    std::string id;                    // id: the registry value's name
    bool active = false;               // active
    bool allow = true;                 // allow
    std::string local_port;            // lport: "3389", "3389,3390", "*"
    std::vector<std::string> profiles; // profiles: Domain, Private, Public; empty means all
    std::vector<std::string> remote;   // remote: clients' addresses it is for; empty means all
    bool from_policy = false;          // policy
    // limits: "IFType=Wireless", "LA4=10.0.0.4": what else a connection must be, as in the rule.
    std::vector<std::string> limits = {};
};

// One member of /listener/fw_profiles: Domain, Private or Public.
struct FirewallProfile {
    Dword on;        // on: EnableFirewall, the machine's own
    Dword on_policy; // on_policy: the same of a policy, which wins
    Dword merge;     // merge: AllowLocalPolicyMerge of a policy; 0 makes local rules void

    // Returns whether the firewall filters in this profile; nothing when no value says so.
    [[nodiscard]] std::optional<bool> filters() const noexcept;
};

// /listener
struct PortFacts {
    Dword configured_port;            // port: RDP-Tcp\PortNumber; absent means the value is missing
    Dword lan_adapter;                // lan
    Dword enabled;                    // enabled: fEnableWinStation
    Dword logon_disabled;             // logon_disabled: fLogonDisabled
    bool listener_key_present = true; // key_present: the RDP-Tcp key exists
    Dword deny_local;                 // deny_local: fDenyTSConnections
    Dword deny_policy;                // deny_policy
    Dword ts_enabled;                 // ts/TSEnabled
    Dword drain_mode;                 // ts/drain: TSServerDrainMode
    Dword user_enabled;               // ts/TSUserEnabled: 1 blocks
    Dword farm;                       // ts/farm: SessionDirectoryActive
    Dword half_open;                  // ts/half_open: MaxOutstandingConnections
    std::vector<std::string> winstations;                     // winstations
    std::vector<Socket> sockets;                              // sockets
    std::vector<PortProxy> port_proxies;                      // portproxy
    std::vector<FirewallRule> firewall;                       // fw
    std::map<std::string, FirewallProfile> firewall_profiles; // fw_profiles
    std::vector<std::uint32_t>
        networks; // networks: of the connections: 0 public, 1 private, 2 domain

    // Returns the configured port, or 3389.
    [[nodiscard]] std::uint16_t port() const noexcept;
};

} // namespace rdpsweep
