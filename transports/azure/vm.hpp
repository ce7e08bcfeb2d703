// A virtual machine as Azure describes it, without having touched it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rdpsweep::azure {

struct Vm {
    std::string id; // as Azure writes it; letter case differs between its services
    std::string name;
    std::string subscription; // id
    std::string resource_group;
    std::string location;
    std::string zone; // empty: none
    std::string size;
    std::map<std::string, std::string> tags;
    std::string computer_name;
    std::string os_name; // "Windows Server 2019 Datacenter", as the agent said; may be empty
    std::string os_version;
    std::string image;            // publisher:offer:sku, or an image's id
    std::string power;            // "running", "deallocated", ...; empty: not known
    std::string agent;            // "Ready", "Not Ready"; empty: not known
    std::string scale_set;        // id; empty: none
    std::string availability_set; // id; empty: none
    std::string rdp_thumbprint;   // SHA-1 that the VM reported, lower-case hex; empty: none
    bool windows = false;
    bool boot_diagnostics = false;
    std::vector<std::string> private_addresses; // of the primary network interface first
    std::vector<std::string> public_addresses;
};

} // namespace rdpsweep::azure
