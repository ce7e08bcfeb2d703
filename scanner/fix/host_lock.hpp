// Lets one plan at a time change a Windows, however many plans and names it is in.
#pragma once

#include "core/descriptor.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace rdpsweep {

// A lock among the plans of one state directory. It is held until destroyed; the kernel releases it
// when the process dies.
class HostLock {
public:
    HostLock() = default; // of nothing

    // Takes the lock. Error{config, taken} when another plan has it, {config, local_limit} when it
    // cannot be taken, {config, access_denied} as of state_folder.hpp.
    static Result<HostLock> take(const std::string& state_dir, std::string_view machine_guid);

    explicit operator bool() const noexcept { return file_.get() >= 0; }

private:
    Descriptor file_;
};

} // namespace rdpsweep
