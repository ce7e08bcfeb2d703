// Takes a Windows for one plan by a lock on a file named after its MachineGuid.
#include "scanner/fix/host_lock.hpp"

#include "core/text.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

HostLock::HostLock(HostLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

HostLock& HostLock::operator=(HostLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

HostLock::~HostLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<HostLock> HostLock::take(const std::string& state_dir, std::string_view machine_guid) {
    const auto folder = state_dir + "/locks";
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    // The name came from a VM: its hash cannot lead anywhere else.
    const auto path = folder + "/" + sha256_hex(ascii_lower(machine_guid));
    HostLock lock;
    lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.descriptor_ >= 0 && ::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
    if (lock.descriptor_ >= 0 && errno == EWOULDBLOCK)
        return Error(Phase::config, Errc::taken, "another plan is at work on this Windows");
    return Error(
        Phase::config, Errc::local_limit, "cannot lock " + path + ": " + std::strerror(errno)
    );
}

} // namespace rdpsweep
