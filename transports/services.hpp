// What every transport needs from the sweep: names, pacing, trust and budgets.
#pragma once

#include "core/limits.hpp"
#include "core/pacer.hpp"
#include "core/resolver.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "core/target.hpp"
#include "core/trust.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

namespace azure {
class Arm;
class SnapshotLedger;
} // namespace azure

struct Services {
    Resolver& resolver;
    Pacer& pacer;
    TrustPolicy trust;
    Clock::duration connect_timeout = limits::connect;     // one TCP connection attempt
    Clock::duration step_timeout = limits::step;           // one exchange
    Clock::duration quota_delay = std::chrono::seconds(5); // first pause after a quota fault
    bool channel_bindings = true;                          // false: --no-cbt
    bool legacy_tls = false;                               // --legacy-tls for every target
    std::optional<HttpFallback> http_fallback = {};        // --http-fallback for every target
    bool rdp_matrix = false;                   // --rdp-matrix: a handshake for each version of TLS
    std::vector<std::string> known_hosts = {}; // --known-hosts; empty: the user's and the system's
    // The credential of that name, for jump hosts; those of targets come with open().
    std::function<Result<const Credential*>(std::string_view name)> credential = {};
    azure::Arm* azure = nullptr; // for run-command and serial; null: no target's route names them
    std::string azure_ca_file = {}; // --azure-ca-file; empty: the system's CAs

    // Where snapshots that are made of disks are written down; null: none may be made.
    azure::SnapshotLedger* snapshots = nullptr;

    std::string disk_helper = {}; // the program rdpsweep-disk; empty: beside this one
    // Reads the SAS that a disk refers to, anew each time. It may wait for a file: never on the
    // lane.
    std::function<Result<Secret>(const DiskImage& disk)> disk_sas = {};
    bool takeover = false; // --takeover: a serial console that is in use is taken
};

} // namespace rdpsweep
