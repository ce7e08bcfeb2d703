// Keeps interfaces and public addresses by folded id, and hands each machine its own.
#include "transports/azure/join.hpp"

#include <algorithm>

namespace rdpsweep::azure {

void Network::add(InterfaceRow row) {
    auto& addresses = row.addresses;
    std::stable_partition(addresses.begin(), addresses.end(), [](const auto& address) {
        return address.primary;
    });
    auto id = row.id;
    interfaces_.insert_or_assign(std::move(id), std::move(row));
}

void Network::add(PublicAddressRow row) {
    if (!row.address.empty()) public_addresses_[row.id] = std::move(row.address);
}

void Network::give_addresses(const InterfaceRow& from, Vm& vm) const {
    for (const auto& address : from.addresses) {
        if (!address.private_address.empty()) {
            vm.private_addresses.push_back(address.private_address);
        }
        const auto found = public_addresses_.find(address.public_id);
        if (found != public_addresses_.end()) vm.public_addresses.push_back(found->second);
    }
}

void Network::give_addresses(const VmRow& row, Vm& vm) const {
    const auto give = [&](const std::string& id) {
        const auto found = interfaces_.find(id);
        if (found != interfaces_.end()) give_addresses(found->second, vm);
    };
    if (!row.primary.empty()) give(row.primary);
    for (const auto& id : row.interfaces) {
        if (id != row.primary) give(id);
    }
}

} // namespace rdpsweep::azure
