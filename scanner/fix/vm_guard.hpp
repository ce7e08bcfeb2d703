// What the cloud that a VM runs in has to say before it is touched.
#pragma once

#include "core/asio.hpp"
#include "core/host_deadline.hpp"
#include "core/result.hpp"
#include "core/target.hpp"

#include <cstdint>
#include <string>

namespace rdpsweep {

// RDP's move to another port, which the rules of the cloud's network have to follow.
struct PortMove {
    std::uint16_t from = 0, to = 0;
    std::uint16_t priority = 0; // of the new rule, or the next free one
    std::string plan;           // its id, by which a rule is known to be ours
};

class VmGuard {
public:
    virtual ~VmGuard() = default;

    // Returns why the VM is to be left alone (it is locked, or does not run), one sentence; empty:
    // it is not. Error: that is unknown, so it is left alone as well.
    virtual Task<Result<std::string>> objection(const Target& target, HostDeadline& deadline) = 0;

    // Copies the disk that Windows is on under that name and returns the copy's id, once it is
    // whole and of that very disk. One that is there already from an earlier try counts.
    virtual Task<Result<std::string>>
    snapshot(const Target& target, const std::string& name, HostDeadline& deadline) = 0;

    // Says which rule is missing for the new port, one sentence; empty: none, or that is not known.
    virtual Task<std::string>
    missing_rule(const Target& /*target*/, const PortMove& /*move*/, HostDeadline& /*deadline*/) {
        co_return std::string();
    }

    // Opens the new port to exactly the sources that the rule of the old one has, and returns what
    // was made; empty: nothing was missing. What an earlier try made counts. After an error nothing
    // is certain: close_port() takes away what was made.
    virtual Task<Result<std::string>>
    open_port(const Target& /*target*/, const PortMove& /*move*/, HostDeadline& /*deadline*/) {
        co_return Error(
            Phase::config, Errc::unsupported, "no network security group is known for this VM"
        );
    }

    // Removes the rules that open_port() made for that plan, and no other.
    virtual Task<Status>
    close_port(const Target& /*target*/, const PortMove& /*move*/, HostDeadline& /*deadline*/) {
        co_return Status();
    }
};

} // namespace rdpsweep
