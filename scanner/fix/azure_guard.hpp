// What Azure says of a VM before it is touched: locks and state; and a copy of its OS disk.
#pragma once

#include "scanner/fix/group_turn.hpp"
#include "scanner/fix/port_rules.hpp"
#include "scanner/fix/vm_guard.hpp"
#include "transports/azure/arm.hpp"
#include "transports/azure/locks.hpp"

#include <set>
#include <string>
#include <vector>

namespace rdpsweep {

class AzureGuard final : public VmGuard {
public:
    // pause: between two looks at what Azure is making.
    explicit AzureGuard(azure::Arm& arm, Clock::duration pause = std::chrono::seconds(2))
        : arm_(arm), pause_(pause), locks_(arm) {}

    // Objects to locks of the VM or anything above it (Microsoft.Authorization/locks), whatever
    // their level; a VM that does not run; one that is being changed.
    Task<Result<std::string>> objection(const Target& target, HostDeadline& deadline) override;

    // Makes an incremental snapshot next to the disk (Microsoft.Compute/snapshots), tagged as ours.
    Task<Result<std::string>>
    snapshot(const Target& target, const std::string& name, HostDeadline& deadline) override;

    // These are in azure_gate.cpp. Hosts behind one group take turns: Azure refuses a second write
    // to it meanwhile. They are about the network security groups of the VM's primary
    // network interface and of its subnet (Microsoft.Network).
    Task<std::string>
    missing_rule(const Target& target, const PortMove& move, HostDeadline& deadline) override;
    Task<Result<std::string>>
    open_port(const Target& target, const PortMove& move, HostDeadline& deadline) override;
    Task<Status>
    close_port(const Target& target, const PortMove& move, HostDeadline& deadline) override;

private:
    struct Gates; // what lies between clients and a VM

    Task<Result<Gates>>
    gates_of(const Target& target, const PortMove& move, HostDeadline& deadline);
    Task<Result<Gates>> gates_in_turn(
        const Target& target, const PortMove& move, HostDeadline& deadline, GroupTurn& turn
    );
    Task<bool> wait_before_try(int number, HostDeadline& deadline);
    Task<Result<std::string>>
    try_to_open(const Target& target, const PortMove& move, HostDeadline& deadline);
    Task<Status> try_to_close(const Target& target, const PortMove& move, HostDeadline& deadline);
    Task<Status> make_rule(std::string path, const PortRule& rule, HostDeadline& deadline);
    Task<Status> remove_rule(std::string path, HostDeadline& deadline);

    std::string lock_on(const Target& target) const;

    azure::Arm& arm_;
    Clock::duration pause_;
    std::set<std::string> taken_; // groups that a host of this run writes to, in small letters
    azure::Locks locks_;
};

} // namespace rdpsweep
