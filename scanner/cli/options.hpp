// What the command line asks for, verb by verb.
#pragma once

#include "scanner/options/fix_options.hpp"
#include "scanner/options/scan_options.hpp"
#include "scanner/options/verb_options.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

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
