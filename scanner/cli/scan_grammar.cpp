// Pace, identity, records and judging on the command line.
#include "scanner/cli/scan_grammar.hpp"

#include "scanner/cli/binders.hpp"
#include "scanner/cli/run_grammar.hpp"
#include "scanner/cli/scope_grammar.hpp"
#include "scanner/talk/duration.hpp"

namespace rdpsweep::cli {

namespace {

// A row an option.
// clang-format off

Options pace_options(ScanOptions& scan) {
    const auto number_of = [](double rate) { return std::to_string(static_cast<int>(rate)); };
    const auto rate_now = scan.connect_rate
                              ? number_of(*scan.connect_rate)
                              : "a fifth of the targets, from " +
                                    number_of(limits::connects_per_second) + " to " +
                                    number_of(limits::most_connects_per_second);
    return {
        {"--jobs", "N", usual("targets at work at once", std::to_string(scan.jobs)),
         number(scan.jobs, {1, 100'000}), group::pace},
        {"--connect-rate", "N", usual("new connections a second", rate_now),
         rate(scan.connect_rate), group::pace},
        {"--connect-timeout", "DURATION",
         usual("time limit of one TCP connection", to_text(scan.connect_timeout)),
         duration(scan.connect_timeout), group::pace},
        {"--step-timeout", "DURATION",
         usual("time limit of one exchange with a host", to_text(scan.step_timeout)),
         duration(scan.step_timeout), group::pace},
        {"--deadline", "DURATION", usual("time limit of one host", to_text(limits::host)),
         duration(scan.deadline), group::pace},
        {"--run-deadline", "DURATION", "time limit of the whole run (default: none)",
         duration(scan.run_deadline), group::pace},
        {"--retries", "N", usual("how often to try a transport again", std::to_string(scan.retries)),
         number(scan.retries, {0, 10}), group::pace},
        {"--quota-delay", "DURATION",
         usual("first pause when a host's quota is used up", to_text(scan.quota_delay)),
         duration(scan.quota_delay), group::pace},
    };
}

Options identity_options(ScanOptions& scan) {
    const auto fallback = choice<std::optional<HttpFallback>>(
        scan.http_fallback,
        {{"never", HttpFallback::never},
         {"kerberos", HttpFallback::kerberos},
         {"any", HttpFallback::any}}
    );
    return {
        {"--ca-file", "FILE", "trust these CAs instead of the system's",
         text(scan.ca_file), group::identity},
        {"--known-hosts", "FILE", "read SSH host keys from FILE instead of ~/.ssh/known_hosts",
         sequence(scan.known_hosts), group::identity},
        {"--pin-on-first-use", "", "remember an unknown host's certificate or key",
         flag(scan.pin_on_first_use), group::identity},
        {"--insecure", "", "accept a certificate or key that nothing is known of; the report says so",
         flag(scan.insecure), group::identity, Preset::never},
        {"--legacy-tls", "", "allow TLS 1.0 to every target",
         flag(scan.legacy_tls), group::identity},
        {"--no-cbt", "", "send no channel bindings, for a TLS proxy in between",
         flag_off(scan.channel_bindings), group::identity},
        {"--http-fallback", "WORD",
         "where TLS is broken, try HTTP with encrypted messages: never, kerberos, or any "
         "(NTLM too)",
         fallback, group::identity},
    };
}

Options record_options(ScanOptions& scan) {
    return {
        {"--serial-jobs", "N",
         usual("serial consoles open at once in a subscription", std::to_string(scan.serial_jobs)),
         number(scan.serial_jobs, {1, 1'000}), group::azure},
        {"--takeover", "",
         "open serial consoles even if they are in use; this ends the other session",
         flag(scan.takeover), group::azure, Preset::never},
        state_option(scan.state_dir, group::records),
        audit_option(scan.audit_file, group::records),
        {"--stats-json", "FILE", "write live figures to FILE, one JSON object a line",
         text(scan.stats_json), group::records},
    };
}

Options run_options(ScanOptions& scan, const CliNames& names) {
    Options options{
        {"--resume", "RUN",
         "continue an interrupted run; without --report, write its reports anew where they were",
         text(scan.resume), group::records, Preset::recall},
        {"--rerun", "RUN[:WHAT]",
         "start a new run over the targets of RUN that were not assessed, or that are WHAT: "
         "unreachable,broken,...",
         text(scan.rerun), group::records, Preset::recall},
        {"--name", "NAME", "name the run: last:NAME finds the newest one, and its end writes the history",
         text(scan.name), group::records, Preset::fresh},
        report_option(scan.reports, names, group::records),
    };
    append(options, gate_options({scan.fail_on, scan.max_unassessed}, group::records));
    return options;
}

Options look_options(ScanOptions& scan) {
    const auto collector = choice<CollectorChoice>(
        scan.collect_by,
        {{"auto", CollectorChoice::automatic},
         {"powershell", CollectorChoice::powershell},
         {"cim", CollectorChoice::cim}}
    );
    return {
        {"--collector", "WORD",
         "powershell, cim (no script: WMI reads over WinRM, cmd.exe over a serial console), or "
         "auto: cim where powershell fails",
         collector, group::talk},
        {"--no-handshake", "", "make no RDP handshake, neither inside the VM nor from here",
         flag_off(scan.handshake), group::pace},
        {"--rdp-matrix", "", "make an RDP handshake from here for each version of TLS",
         flag(scan.rdp_matrix), group::pace},
        {"--azure-evidence", "",
         "ask Azure for the state and boot log of VMs that were not seen running",
         flag(scan.azure_evidence), group::azure},
        {"--disk-snapshots", "",
         "where a route comes to the transport disk, read a snapshot of the VM's OS disk, which is "
         "made for it and deleted afterwards",
         flag(scan.scope.disk_snapshots), group::azure, Preset::never},
    };
}

// clang-format on

} // namespace

Options check_options(ScanOptions& scan, const CliNames& names) {
    auto options = scope_options(scan.scope, names);
    append(options, pace_options(scan));
    append(options, identity_options(scan));
    append(options, record_options(scan));
    return options;
}

Options scan_options(ScanOptions& scan, const CliNames& names) {
    auto options = check_options(scan, names);
    append(options, run_options(scan, names));
    append(options, look_options(scan));
    return options;
}

std::string wrong_scan(const ScanOptions& scan) {
    if (scan.resume.empty() && scan.rerun.empty()) {
        if (auto empty = empty_scope(scan.scope); !empty.empty()) return empty;
    }
    if (!scan.resume.empty() && !scan.rerun.empty()) {
        return "--resume goes on with a run, --rerun begins one: give one of them";
    }
    if (!scan.resume.empty() && !scan.name.empty())
        return "a run that is resumed keeps its name: leave --name out";
    if (auto wrong = wrong_run_name(scan.name); !wrong.empty()) return "--name: " + wrong;
    if (scan.insecure && scan.pin_on_first_use) {
        return "--insecure accepts a certificate that nothing is known of, so there is nothing to "
               "--pin-on-first-use";
    }
    return wrong_logon(scan.scope);
}

} // namespace rdpsweep::cli
