// Takes a Windows for one plan by a lock on a file named after its MachineGuid.
#include "scanner/fix/host_lock.hpp"

#include "core/text.hpp"
#include "scanner/store/state_folder.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

namespace rdpsweep {

Result<HostLock> HostLock::take(const std::string& state_dir, std::string_view machine_guid) {
    const auto state = StateFolder::open(state_dir, IfMissing::make);
    if (!state) return state.error();
    const auto locks = state->folder("locks", IfMissing::make);
    if (!locks) return locks.error();
    // The name came from a VM: its hash cannot lead anywhere else.
    const auto name = sha256_hex(ascii_lower(machine_guid));
    auto file = locks->file(name, O_RDWR | O_CREAT);
    if (!file) return std::move(file).error();
    HostLock lock;
    lock.file_ = *std::move(file);
    if (::flock(lock.file_.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK)
        return Error(Phase::config, Errc::taken, "another plan is at work on this Windows");
    return Error(
        Phase::config,
        Errc::local_limit,
        "cannot lock " + locks->path_of(name) + ": " + std::strerror(errno)
    );
}

} // namespace rdpsweep
