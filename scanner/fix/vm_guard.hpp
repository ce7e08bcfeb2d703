// What the cloud that a VM runs in has to say before it is touched.
#pragma once

#include "core/asio.hpp"
#include "core/host_deadline.hpp"
#include "core/result.hpp"
#include "core/target.hpp"

#include <string>

namespace rdpsweep {

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
};

} // namespace rdpsweep
