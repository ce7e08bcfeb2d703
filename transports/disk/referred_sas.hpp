// The SAS that an inventory refers to: an environment variable or a file has it.
#pragma once

#include "core/target.hpp"
#include "transports/disk/sas_blocks.hpp"

#include <string>

namespace rdpsweep::disk {

// Returns how messages call the place where a disk's SAS is: "the environment variable WEB_01_SAS".
std::string sas_place(const DiskImage& disk);

// Returns the same as it stands in lists and the audit file: "sas env:WEB_01_SAS".
std::string sas_reference(const DiskImage& disk);

// Reads what a disk refers to, and whether it is a SAS, as the run does before it reaches a host.
// Error{config, ...}.
Status check_sas(const DiskImage& disk, const Services& services);

// Reads it anew each time it is asked for, on the pool: a file may be slow, and may have been
// renewed meanwhile. Error{config, access_denied}: it is the same that was refused.
class ReferredSas final : public SasSource {
public:
    // All must outlive it, but the disk.
    ReferredSas(DiskImage disk, Services& services, asio::thread_pool& pool)
        : disk_(std::move(disk)), services_(services), pool_(pool) {}

    Task<Result<Secret>> url(bool again, HostDeadline& deadline) override;

private:
    DiskImage disk_;
    Services& services_;
    asio::thread_pool& pool_;
    std::string last_; // SHA-256 of what was given last
};

} // namespace rdpsweep::disk
