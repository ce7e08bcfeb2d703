// What scan and check are asked to do.
#pragma once

#include "core/finding.hpp"
#include "core/limits.hpp"
#include "core/target.hpp"
#include "scanner/options/scope_options.hpp"
#include "scanner/options/talk_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rdpsweep {

// How facts are gathered: automatic is by the PowerShell script, and by CIM where that cannot run.
enum class CollectorChoice : std::uint8_t { automatic, powershell, cim };

struct ReportRequest {
    std::string format;     // one of all_reports()
    std::string path = "-"; // "-" is stdout
};

// --fail-on never: findings do not change the exit status.
struct FailOn {
    std::optional<Verdict> verdict = Verdict::broken;
};

struct ScanOptions {
    ScopeOptions scope;
    TalkOptions talk;

    std::size_t jobs = limits::in_flight;
    std::optional<double> connect_rate; // new connections a second; empty: usual_connect_rate()
    int retries = limits::retries;
    std::chrono::milliseconds connect_timeout = limits::connect;
    std::chrono::milliseconds step_timeout = limits::step;
    std::optional<std::chrono::milliseconds> deadline;     // one host; empty: the inventory's,
                                                           // else limits::host
    std::optional<std::chrono::milliseconds> run_deadline; // the whole run; empty: none
    std::chrono::milliseconds quota_delay{5000}; // first pause when a host's quota is full

    CollectorChoice collect_by = CollectorChoice::automatic; // --collector
    bool handshake = true;       // --no-handshake: no RDP handshake, but where a route names it
    bool azure_evidence = false; // --azure-evidence: Azure's word on VMs that were not assessed
    std::size_t serial_jobs = limits::serial_consoles; // at once in one subscription
    bool takeover = false;        // --takeover: end the session that has a VM's serial console
    bool rdp_matrix = false;      // --rdp-matrix: one for each version of TLS
    bool legacy_tls = false;      // TLS 1.0 towards every target
    bool channel_bindings = true; // --no-cbt
    std::optional<HttpFallback> http_fallback; // empty: the inventory's
    std::string ca_file;                       // empty: the system's CAs
    std::vector<std::string> known_hosts;      // empty: the user's and the system's
    bool pin_on_first_use = false;
    bool insecure = false;

    std::vector<ReportRequest> reports; // empty: text on stdout
    std::string state_dir;              // --state, else default_state_dir()
    std::string resume;                 // run id; empty: a new run
    std::string rerun;                  // RUN[:WHAT,...]; empty: all targets
    std::string name;                   // --name of the run; empty: none
    FailOn fail_on;
    std::size_t max_unassessed = 0;
    std::string stats_json; // empty: none
    std::string audit_file; // empty: none

    std::vector<std::string> args; // the command line as given, for RunInfo::args (no secrets: the
                                   // options name secrets, they never carry them)
};

} // namespace rdpsweep
