// The sources of passwords that can be asked again: a variable, a file, a credential of systemd.
#include "scanner/credentials/disk_sas.hpp"

#include "core/text.hpp"
#include "scanner/credentials/credential_sources.hpp"

#include <sys/stat.h>

namespace rdpsweep {

Result<Secret> read_sas(const DiskImage& disk, const CredentialLimits& limits) {
    if (!disk.sas_systemd.empty()) return password_from(FromSystemd{disk.sas_systemd}, limits);
    if (disk.sas_file.empty()) return password_from(FromEnvironment{disk.sas_env}, limits);

    struct stat about {};

    // A FIFO gives what it has once, and then lets its reader wait.
    if (stat(disk.sas_file.c_str(), &about) == 0 && !S_ISREG(about.st_mode)) {
        return Error(Phase::config, Errc::unsupported, printable(disk.sas_file) + " is not a file")
            .with_hint("a SAS is read again when it ends: keep it in a file, mode 0600");
    }
    return line_from(FromFile{disk.sas_file}, "the SAS file", limits);
}

} // namespace rdpsweep
