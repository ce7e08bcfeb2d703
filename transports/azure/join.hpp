// Machines with the addresses of their network interfaces. Azure's services write one id in several
// letter cases: all keys are folded.
#pragma once

#include "transports/azure/rows.hpp"

#include <map>
#include <string>
#include <vector>

namespace rdpsweep::azure {

class Network {
public:
    void add(InterfaceRow row);
    void add(PublicAddressRow row);

    // Fills in the addresses of row's VM: the primary interface's first, in it the primary one.
    void give_addresses(const VmRow& row, Vm& vm) const;

private:
    void give_addresses(const InterfaceRow& from, Vm& vm) const;

    std::map<std::string, InterfaceRow, std::less<>> interfaces_;
    std::map<std::string, std::string, std::less<>> public_addresses_;
};

} // namespace rdpsweep::azure
