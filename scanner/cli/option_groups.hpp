// Options in groups, each bound to its struct. Included by options.cpp only, like option_kinds.hpp.
#pragma once

#include "scanner/cli/option_kinds.hpp"
#include "scanner/cli/options.hpp"

#include <algorithm>

namespace rdpsweep::cli {

inline void add_talk(CLI::App& verb, TalkOptions& talk, const CliNames& names) {
    std::vector<std::pair<std::string_view, std::string>> languages;
    for (const auto name : names.languages)
        languages.emplace_back(name, name);
    add_choice<Color>(
        verb,
        "--color",
        "auto (a terminal, without NO_COLOR), always or never",
        talk.color,
        {{"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}}
    );
    add_choice(verb, "--lang", "language of rules and reports", talk.lang, std::move(languages));
    verb.add_flag("-q,--quiet", talk.quiet, "no progress, no advice: errors only");
    verb.add_flag("-v,--verbose", talk.verbose, "say more; twice for the log on stderr");
    add_text(verb, "--log-file", "FILE", "append a log here (- is stderr)", talk.log_file);
    add_choice<LogLevel>(
        verb,
        "--log-level",
        "error, warn, info or debug",
        talk.log_level,
        {{"error", LogLevel::error},
         {"warn", LogLevel::warn},
         {"info", LogLevel::info},
         {"debug", LogLevel::debug}}
    );
    for (auto* option : verb.get_options()) {
        if (option->get_group() == "Options" && !option->check_name("--help")) {
            option->group("Talk");
        }
    }
}

// The transports of --transport, in order; commas separate.
inline Setter transport_setter(std::vector<std::string>& route, const CliNames& names) {
    const Texts known(names.transports.begin(), names.transports.end());
    return [&route, known](const std::string& text) -> std::optional<std::string> {
        for (auto& name : split(text, ',')) {
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                return "this version has no transport " + in_quotes(name) +
                       "; known: " + joined(known);
            }
            if (std::find(route.begin(), route.end(), name) != route.end()) {
                return "the transport " + in_quotes(name) + " is named twice";
            }
            route.push_back(std::move(name));
        }
        return {};
    };
}

inline void add_credential(CLI::App& verb, CommandLineCredential& given) {
    add_text(
        verb, "--credential", "NAME", "log in everywhere with the inventory's NAME", given.name
    );
    add_text(verb, "--user", "NAME", "log in everywhere as this user; with one of:", given.user);
    add_text(
        verb, "--password-file", "FILE", "  first line of a file of mode 0600", given.password_file
    );
    add_text(verb, "--password-env", "VARIABLE", "  an environment variable", given.password_env);
    verb.add_flag("--password-prompt", given.password_prompt, "  asked for on the terminal");
    verb.add_flag("--kerberos", given.kerberos, "  no password: the tickets of kinit");
    regroup(
        verb,
        "Targets",
        {"--credential",
         "--user",
         "--password-file",
         "--password-env",
         "--password-prompt",
         "--kerberos"}
    );
}

inline void add_azure(CLI::App& verb, AzureOptions& azure) {
    add_list(
        verb,
        "--subscription",
        "ID",
        "the Windows VMs of an Azure subscription, by id or name",
        azure.subscriptions
    );
    verb.add_flag("--all-subscriptions", azure.all, "of all that our identity sees");
    add_list(
        verb, "--resource-group", "NAME", "only those in this resource group", azure.resource_groups
    );
    add_list(verb, "--resource", "ID", "only the VM with this ARM id", azure.resources);
    add_text(
        verb,
        "--azure-cloud",
        "NAME",
        "AzureCloud, AzureChinaCloud, AzureUSGovernment, or a file that az cloud show wrote",
        azure.cloud
    );
    add_choice<AzureLogin>(
        verb,
        "--azure-login",
        "as whom: auto, environment, managed-identity or cli",
        azure.login,
        {{"auto", AzureLogin::automatic},
         {"environment", AzureLogin::environment},
         {"managed-identity", AzureLogin::managed_identity},
         {"cli", AzureLogin::cli}}
    );
    add_choice<AzureAddress>(
        verb,
        "--azure-address",
        "which address is visited: either (private first), private or public",
        azure.address,
        {{"either", AzureAddress::either},
         {"private", AzureAddress::private_only},
         {"public", AzureAddress::public_only}}
    );
    add_text(verb, "--azure-ca-file", "FILE", "trust these CAs for Azure itself", azure.ca_file);
    regroup(
        verb,
        "Azure",
        {"--subscription",
         "--all-subscriptions",
         "--resource-group",
         "--resource",
         "--azure-cloud",
         "--azure-login",
         "--azure-address",
         "--azure-ca-file"}
    );
}

inline void add_scope(CLI::App& verb, ScopeOptions& scope, const CliNames& names) {
    add_list(
        verb,
        "-i,--inventory",
        "FILE",
        "targets: .yaml, .csv, .txt, .ini (Ansible), .xml (Nmap), - for lines on stdin; or "
        "ansible:FILE, nmap:FILE, exec:PROGRAM, azure:[SUBSCRIPTION,...]",
        scope.inventories
    )
        ->group("Targets");
    add_list(
        verb,
        "-t,--target",
        "HOST[,HOST]",
        "targets: host, host:port or name=address",
        scope.targets
    )
        ->group("Targets")
        ->delimiter(',');
    add(verb,
        "--transport",
        "NAME[,NAME]",
        "overrides every target's route",
        transport_setter(scope.transports, names))
        ->group("Targets");
    add_azure(verb, scope.azure);
    add_credential(verb, scope.credential);
    add_text(
        verb,
        "-s,--select",
        "EXPR",
        "only these: 'tag:env=prod & !vm:dc*'; also name: group: address:",
        scope.select
    );
    add_number(verb, "--pick", "only N of them at random", scope.pick, 1, 1'000'000);
    add_number(verb, "--seed", "makes --pick repeatable", scope.seed, 0, UINT64_MAX);
    regroup(verb, "Targets", {"--select", "--pick", "--seed"});
    add_number(verb, "--limit", "only the first N targets", scope.limit, 1, 1'000'000);
    verb.get_option("--limit")->group("Targets");
    verb.add_flag("--allow-empty", scope.allow_empty, "a scope without targets is no error")
        ->group("Targets");
}

inline void add_state(CLI::App& verb, std::string& folder) {
    folder = default_state_dir();
    add_text(
        verb, "--state", "FOLDER", "where runs are kept (default: $XDG_STATE_HOME/rdpsweep)", folder
    );
}

inline void
add_reports(CLI::App& verb, std::vector<ReportRequest>& reports, const CliNames& names) {
    const Texts known(names.reports.begin(), names.reports.end());
    const auto set = [&reports, known](const std::vector<std::string>& texts) {
        for (const auto& text : texts) {
            const auto colon = text.find(':');
            ReportRequest request{text.substr(0, colon), "-"};
            if (std::find(known.begin(), known.end(), request.format) == known.end()) {
                throw CLI::ValidationError(
                    "--report", in_quotes(request.format) + " is none of " + joined(known)
                );
            }
            if (colon != std::string::npos) request.path = text.substr(colon + 1);
            if (request.path.empty()) throw CLI::ValidationError("--report", "the path is empty");
            for (const auto& other : reports) {
                if (other.path != request.path) continue;
                const auto where = request.path == "-" ? "stdout" : in_quotes(request.path);
                throw CLI::ValidationError("--report", "two reports would go to " + where);
            }
            reports.push_back(std::move(request));
        }
    };
    const auto what = joined(known) + "; without PATH to stdout";
    verb.add_option_function<std::vector<std::string>>("--report", set, what)
        ->type_name("FORMAT[:PATH]")
        ->allow_extra_args(false);
}

inline void add_gate(CLI::App& verb, FailOn& fail_on, std::size_t& max_unassessed) {
    add_choice<std::optional<Verdict>>(
        verb,
        "--fail-on",
        "findings begin at broken (default), at_risk or unknown; or never",
        fail_on.verdict,
        {{"broken", Verdict::broken},
         {"at_risk", Verdict::at_risk},
         {"unknown", Verdict::unknown},
         {"never", std::nullopt}}
    );
    add_number(
        verb,
        "--max-unassessed",
        "so many unassessed targets are no failure",
        max_unassessed,
        0,
        1'000'000
    );
}

inline std::string usual(const std::string& what, const std::string& value) {
    return what + " (default " + value + ")";
}

inline void add_rate(CLI::App& verb, double& rate) {
    const auto set = [&rate](const std::string& text) -> std::optional<std::string> {
        const auto number = text.ends_with("/s") ? text.substr(0, text.size() - 2) : text;
        double value = 0;
        const auto* const end = number.data() + number.size();
        const auto parsed = std::from_chars(number.data(), end, value, std::chars_format::fixed);
        if (parsed.ec != std::errc() || parsed.ptr != end || !(value >= 0.1) || value > 100'000) {
            return in_quotes(text) + " is not a number from 0.1 to 100000";
        }
        rate = value;
        return {};
    };
    const auto now = std::to_string(static_cast<int>(rate));
    add(verb, "--connect-rate", "N", usual("new connections a second", now), set);
}

inline void add_pace(CLI::App& verb, ScanOptions& scan) {
    add_number(
        verb, "--jobs", usual("targets in flight", std::to_string(scan.jobs)), scan.jobs, 1, 100'000
    );
    add_rate(verb, scan.connect_rate);
    add_duration(
        verb,
        "--connect-timeout",
        usual("one TCP connection", to_text(scan.connect_timeout)),
        scan.connect_timeout
    );
    add_duration(
        verb,
        "--step-timeout",
        usual("one exchange with a host", to_text(scan.step_timeout)),
        scan.step_timeout
    );
    add_duration(
        verb, "--deadline", usual("all of one host", to_text(limits::host)), scan.deadline
    );
    add_duration(verb, "--run-deadline", "the whole run (default: none)", scan.run_deadline);
    add_number(
        verb,
        "--retries",
        usual("further tries of a step", std::to_string(scan.retries)),
        scan.retries,
        0,
        10
    );
    add_duration(
        verb,
        "--quota-delay",
        usual("pause when a host is full", to_text(scan.quota_delay)),
        scan.quota_delay
    );
}

inline void add_identity(CLI::App& verb, ScanOptions& scan) {
    add_text(verb, "--ca-file", "FILE", "trust these CAs instead of the system's", scan.ca_file);
    verb.add_option(
            "--known-hosts", scan.known_hosts, "SSH host keys, instead of ~/.ssh/known_hosts"
    )
        ->type_name("FILE");
    verb.add_flag(
        "--pin-on-first-use", scan.pin_on_first_use, "remember an unknown host's certificate or key"
    );
    verb.add_flag(
        "--insecure", scan.insecure, "accept any certificate or key; shown in the report"
    );
    verb.add_flag("--legacy-tls", scan.legacy_tls, "allow TLS 1.0 towards every target");
    verb.add_flag_callback(
        "--no-cbt",
        [&scan] { scan.channel_bindings = false; },
        "no channel bindings: for a TLS proxy in between"
    );
    add_choice<std::optional<HttpFallback>>(
        verb,
        "--http-fallback",
        "where TLS is broken, try HTTP with encrypted messages: never, kerberos, or any (NTLM too)",
        scan.http_fallback,
        {{"never", HttpFallback::never},
         {"kerberos", HttpFallback::kerberos},
         {"any", HttpFallback::any}}
    );
}

// scan and check share how targets are reached; only a scan judges.
inline void add_sweep(CLI::App& verb, ScanOptions& scan, const CliNames& names, bool judges) {
    add_scope(verb, scan.scope, names);
    add_pace(verb, scan);
    add_identity(verb, scan);
    regroup(
        verb,
        "Pace",
        {"--jobs",
         "--connect-rate",
         "--connect-timeout",
         "--step-timeout",
         "--deadline",
         "--run-deadline",
         "--retries",
         "--quota-delay"}
    );
    regroup(
        verb,
        "Identity",
        {"--ca-file",
         "--known-hosts",
         "--pin-on-first-use",
         "--insecure",
         "--legacy-tls",
         "--no-cbt",
         "--http-fallback"}
    );
    add_number(
        verb,
        "--serial-jobs",
        usual("serial consoles at once in a subscription", std::to_string(scan.serial_jobs)),
        scan.serial_jobs,
        1,
        1000
    );
    verb.add_flag(
        "--takeover", scan.takeover, "open serial consoles that are in use: it ends that session"
    );
    regroup(verb, "Azure", {"--serial-jobs", "--takeover"});
    add_state(verb, scan.state_dir);
    add_text(verb, "--audit-file", "FILE", "append every remote command here", scan.audit_file);
    add_text(verb, "--stats-json", "FILE", "live figures, one object a line", scan.stats_json);
    regroup(verb, "Records", {"--state", "--audit-file", "--stats-json"});
    if (!judges) return;
    add_text(verb, "--resume", "RUN", "go on with an interrupted run", scan.resume);
    add_text(
        verb,
        "--rerun",
        "RUN[:WHAT]",
        "a new run over those of RUN that were not assessed, or WHAT: unreachable,broken,...",
        scan.rerun
    );
    add_reports(verb, scan.reports, names);
    add_gate(verb, scan.fail_on, scan.max_unassessed);
    add_choice<CollectorChoice>(
        verb,
        "--collector",
        "powershell, cim (WMI reads over WinRM, no script), or auto: cim where powershell fails",
        scan.collect_by,
        {{"auto", CollectorChoice::automatic},
         {"powershell", CollectorChoice::powershell},
         {"cim", CollectorChoice::cim}}
    );
    verb.add_flag_callback(
        "--no-handshake",
        [&scan] { scan.handshake = false; },
        "no RDP handshake, neither inside the VM nor from here"
    );
    verb.add_flag("--rdp-matrix", scan.rdp_matrix, "from here, one for each version of TLS");
    verb.add_flag(
            "--azure-evidence",
            scan.azure_evidence,
            "of a VM that was not assessed ask Azure for its state and boot log"
    )
        ->group("Azure");
    regroup(verb, "Records", {"--resume", "--rerun", "--report", "--fail-on", "--max-unassessed"});
    regroup(verb, "Pace", {"--no-handshake", "--rdp-matrix"});
}

} // namespace rdpsweep::cli
