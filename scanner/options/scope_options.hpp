// Which targets are meant, and who logs on; shared by scan, check, targets, doctor and console.
#pragma once

#include "scanner/options/azure_options.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// A credential given on the command line; it overrides the inventory's for every target.
struct CommandLineCredential {
    std::string name;             // --credential: one of the inventory's
    std::string user;             // --user
    std::string password_file;    // --password-file
    std::string password_env;     // --password-env: a variable's name
    std::string password_systemd; // --password-systemd: a credential's name
    bool password_prompt = false;
    bool kerberos = false; // --kerberos: the tickets of kinit
};

// Which targets are meant; shared by scan, check, targets and doctor.
struct ScopeOptions {
    std::vector<std::string> inventories; // -i, in the order given; "-" is stdin
    std::vector<std::string> targets; // -t, commas already split: a host, a network, a range, @FILE
    std::vector<std::string> disks;   // --disk: images and block devices of this machine
    std::vector<std::string> snapshots; // --snapshot-id: ARM ids of snapshots that are there
    bool disk_snapshots = false; // --disk-snapshots: of scan: snapshots of OS disks may be made
    std::vector<std::string> transports; // --transport: overrides every route; empty: as written
    AzureOptions azure;                  // --subscription and its companions
    CommandLineCredential credential;
    std::string select;                // --select: an expression; empty: all
    std::string exclude;               // --exclude: the same, of those to leave out; empty: none
    std::size_t pick = 0;              // --pick: this many at random; 0: all
    std::optional<std::uint64_t> seed; // --seed: makes --pick repeatable
    std::size_t limit = 0;             // --limit: the first N targets; 0: all
    bool allow_empty = false;          // --allow-empty
};

} // namespace rdpsweep
