// The SAS that a disk refers to: like a password, it is read from where it is kept.
#pragma once

#include "core/target.hpp"
#include "scanner/credentials/credentials.hpp"

namespace rdpsweep {

// Reads the SAS of a disk from its environment variable, the first line of its file, which must be
// ours alone, or that of its credential of systemd. It waits for the file. Error{config, ...} as of
// a password; nothing of the SAS is in it.
Result<Secret> read_sas(const DiskImage& disk, const CredentialLimits& limits = {});

} // namespace rdpsweep
