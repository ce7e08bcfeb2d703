// What the command line asks for, verb by verb.
#pragma once

#include "core/finding.hpp"
#include "core/limits.hpp"
#include "core/log.hpp"
#include "core/target.hpp"
#include "scanner/azure/azure_options.hpp"
#include "scanner/collect_cim.hpp"
#include "scanner/fix/snapshot_wish.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

enum class Color : std::uint8_t { automatic, always, never };

// How rdpsweep talks to its user; shared by all verbs.
struct TalkOptions {
    Color color = Color::automatic;
    std::string lang = "en";
    bool quiet = false;                  // -q: no progress and no advice, errors only
    int verbose = 0;                     // how often -v was given
    std::string log_file;                // empty: no log; "-": stderr
    LogLevel log_level = LogLevel::info; // --log-level; -v raises it to debug
};

// A credential given on the command line; it overrides the inventory's for every target.
struct CommandLineCredential {
    std::string name;          // --credential: one of the inventory's
    std::string user;          // --user
    std::string password_file; // --password-file
    std::string password_env;  // --password-env: a variable's name
    bool password_prompt = false;
    bool kerberos = false; // --kerberos: the tickets of kinit
};

// Which targets are meant; shared by scan, check, targets and doctor.
struct ScopeOptions {
    std::vector<std::string> inventories; // -i, in the order given; "-" is stdin
    std::vector<std::string> targets;     // -t, commas already split: host[:port] or name=address
    std::vector<std::string> transports;  // --transport: overrides every route; empty: as written
    AzureOptions azure;                   // --subscription and its companions
    CommandLineCredential credential;
    std::string select;                // --select: an expression; empty: all
    std::size_t pick = 0;              // --pick: so many at random; 0: all
    std::optional<std::uint64_t> seed; // --seed: makes --pick repeatable
    std::size_t limit = 0;             // --limit: the first N targets; 0: all
    bool allow_empty = false;          // --allow-empty
};

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
    double connect_rate = limits::connects_per_second; // new connections a second
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
    bool takeover = false;        // --takeover: end the session of whoever has a serial console
    bool rdp_matrix = false;      // --rdp-matrix: one for each version of TLS
    bool legacy_tls = false;      // TLS 1.0 towards every target
    bool channel_bindings = true; // --no-cbt
    std::optional<HttpFallback> http_fallback; // empty: the inventory's
    std::string ca_file;                       // empty: the system's CAs
    std::vector<std::string> known_hosts;      // empty: the user's and the system's
    bool pin_on_first_use = false;
    bool insecure = false;

    std::vector<ReportRequest> reports; // empty: text on stdout
    std::string state_dir;              // never empty: --state, else default_state_dir()
    std::string resume;                 // run id; empty: a new run
    std::string rerun;                  // RUN[:WHAT,...]; empty: all targets
    FailOn fail_on;
    std::size_t max_unassessed = 0;
    std::string stats_json; // empty: none
    std::string audit_file; // empty: none

    std::vector<std::string> args; // the command line as given, for RunInfo::args (no secrets: the
                                   // options name secrets, they never carry them)
};

enum class ListFormat : std::uint8_t { table, json, lines };

struct TargetsOptions {
    ScopeOptions scope;
    TalkOptions talk;
    ListFormat format = ListFormat::table;
};

struct DoctorOptions {
    ScopeOptions scope;
    TalkOptions talk;
    std::string state_dir;
    std::string ca_file;
};

struct ConsoleOptions {
    ScopeOptions scope;
    TalkOptions talk;
    std::string target; // a name in the scope, or an ARM id
    bool takeover = false;
    bool admin = false; // the menu has NMI and reset
    std::string audit_file;
};

struct RulesOptions {
    TalkOptions talk;
    bool json = false;
};

struct ExplainOptions {
    TalkOptions talk;
    std::string subject; // a rule's id or a cause
};

struct ReportOptionsCli {
    TalkOptions talk;
    std::string run; // id, unique prefix of one, or "last"
    std::vector<ReportRequest> reports;
    std::string state_dir;
    FailOn fail_on;
    std::size_t max_unassessed = 0;
};

struct FixPlanOptions {
    TalkOptions talk;
    std::string state_dir;
    std::string run;                // id, unique prefix of one, or "last"
    std::vector<std::string> fixes; // ids; empty: for broken findings, and none that opens RDP
    std::size_t move_rdp = 0;       // a port; 0: RDP stays where it is
    std::vector<std::string> stop_services; // that may be stopped where they hold the port
    std::chrono::milliseconds max_age = std::chrono::minutes(15); // of the facts
    std::chrono::milliseconds life = std::chrono::hours(4);       // of the plan
    std::size_t max_targets = 50;
    std::size_t max_percent = 5; // of the run's inventory
    std::string batches = "1,3,10,10%,25%,100%";
    std::string out; // empty: plan-ID.json
};

struct AuditOptions {
    TalkOptions talk;
    std::string file;
};

struct FixShowOptions {
    TalkOptions talk;
    std::string plan; // file
};

// Of fix approve.
struct FixApproveOptions {
    TalkOptions talk;
    std::string plan; // file
    std::string key;  // file: a private key in PEM
    std::string out;  // file; empty: PLAN.sig
};

enum class FixApproval : std::uint8_t { none, canary, batch };

// Of fix apply, fix rollback and fix status.
struct FixApplyOptions {
    TalkOptions talk;
    std::string state_dir;
    std::string plan;    // file
    std::string confirm; // "37:9f3k": hosts and the end of the plan's id
    bool resume = false;
    std::string acknowledge; // why it was stopped: canary, batch, total, in_a_row or rollback
    FixApproval approve = FixApproval::canary;
    std::size_t parallel = 10;
    std::chrono::milliseconds soak = std::chrono::seconds(60);
    std::chrono::milliseconds canary_soak = std::chrono::minutes(5);
    bool despite_sessions = false;
    std::string window;                 // --window; empty: any time
    std::vector<std::string> approvals; // files: signatures over the plan
    std::string approvers;              // file; empty: approvers in the state directory, if any
    SnapshotWish snapshots = SnapshotWish::risk;
    bool json = false;         // of fix status
    bool with_changes = false; // of fix status
    std::string audit_file;    // empty: none
};

enum class Verb : std::uint8_t {
    none,
    scan,
    check,
    targets,
    doctor,
    console,
    rules,
    explain,
    audit,
    report,
    fix_plan,
    fix_show,
    fix_apply,
    fix_status,
    fix_rollback,
    fix_pause,
    fix_abort,
    fix_approve,
};

// Names that the parser must know without depending on the folders that own them.
struct CliNames {
    std::span<const std::string_view> transports;
    std::span<const std::string_view> reports;
    std::span<const std::string_view> languages;
};

struct CommandLine {
    Verb verb = Verb::none;
    // Exactly the struct of the verb is filled; check uses scan.
    ScanOptions scan;
    TargetsOptions targets;
    DoctorOptions doctor;
    ConsoleOptions console;
    RulesOptions rules;
    ExplainOptions explain;
    AuditOptions audit;
    ReportOptionsCli report;
    FixPlanOptions fix_plan;
    FixShowOptions fix_show;
    FixApplyOptions fix_apply; // and of fix status, rollback, pause and abort
    FixApproveOptions fix_approve;

    // Set when there is nothing to run: --help, --version or a mistake. The text goes to stdout
    // when the status is 0, else to stderr.
    std::optional<int> exit;
    std::string text;
};

// Reads the command line (without the program's name). Never throws, never touches a file.
CommandLine parse_command_line(const std::vector<std::string>& args, const CliNames& names);

// $XDG_STATE_HOME/rdpsweep, else ~/.local/state/rdpsweep, else ./.rdpsweep without a home.
std::string default_state_dir();

} // namespace rdpsweep
