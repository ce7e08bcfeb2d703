// Parses the command line with CLI11.
#include "tests/simfleet/options.hpp"

#include <CLI/CLI.hpp>

#include <map>

namespace simfleet {

namespace {

// A port's number, or "any".
void add_port(CLI::App& app, const char* name, WantedPort& port, const char* help) {
    app.add_option(name, port, help)
        ->transform(CLI::Transformer(std::map<std::string, WantedPort>{{"any", any_port}}))
        ->check(CLI::Range(WantedPort{0}, any_port));
}

// Adds an option of as many milliseconds as there are times to fill.
void add_times(
    CLI::App& app, const char* name, std::vector<std::chrono::milliseconds*> times, const char* help
) {
    app.add_option_function<std::vector<std::uint32_t>>(
           name,
           [times](const std::vector<std::uint32_t>& values) {
               for (std::size_t i = 0; i < times.size(); ++i)
                   *times[i] = std::chrono::milliseconds{values[i]};
           },
           help
    )
        ->delimiter(',')
        ->expected(static_cast<int>(times.size()));
}

void add_slowness(CLI::App& app, Slowness& slowness) {
    add_times(
        app,
        "--rtt-ms",
        {&slowness.round_trip},
        "How long a round trip to any VM takes, over WinRM and RDP"
    );
    add_times(
        app,
        "--powershell-ms",
        {&slowness.shell, &slowness.command, &slowness.output},
        "How long a shell, a command and its output take on any VM: 300,100,2000"
    );
}

// "SIM\sweeper" or "sweeper".
void split_user(const std::string& text, AccessPolicy& policy) {
    const auto slash = text.find('\\');
    policy.domain = slash == std::string::npos ? std::string{} : text.substr(0, slash);
    policy.user = slash == std::string::npos ? text : text.substr(slash + 1);
}

} // namespace

std::optional<Options> parse_options(int argc, const char* const* argv, int& exit_code) {
    CLI::App app{
        "A fleet of simulated Windows VMs with WinRM over HTTPS, one 127.x.y.z each.\n"
        "SIGUSR1 writes the statistics. After SIGUSR2 no script says anything until the next one."};
    Options options;
    std::string user = "SIM\\sweeper";
    bool no_negotiate = false;
    bool no_basic = false;
    std::uint32_t slow_receive_ms = 1000;
    app.add_option("--vms", options.vms, "How many VMs")->check(CLI::Range(1, 1'000'000));
    app.add_option("--seed", options.seed, "The same seed makes the same fleet");
    app.add_option("--mix", options.mix, "demo, every, healthy, trouble or one:PROFILE");
    add_port(app, "--port", options.port, "WinRM over HTTPS; 0 or any takes any free port");
    add_port(app, "--http-port", options.http_port, "WinRM over HTTP; 0: none; any");
    add_port(app, "--rdp-port", options.rdp_port, "RDP, seen from a network; 0: none; any");
    add_port(app, "--ssh-port", options.ssh_port, "SSH; 0: none; any");
    app.add_option("--ssh-share", options.ssh_share, "So many in a hundred VMs are reached by SSH")
        ->check(CLI::Range(0, 100));
    app.add_option("--ssh-account-key", options.ssh_account_key, "A public key of the account");
    app.add_option(
        "--state-dir",
        options.state_directory,
        "Gets ca.pem, inventory.yaml, truth.json, ports.json"
    );
    app.add_option(
        "--engine",
        options.engine,
        "A program with arguments that runs scripts for real (tests/powershell, serve)"
    );
    app.add_option("--engine-vms", options.engine_vms, "How many VMs have it, from the first on");
    app.add_option(
        "--dump-states",
        options.dump_states,
        "Write every VM's Windows to this file, a JSON document a line, and end"
    );
    add_port(app, "--arm-port", options.arm.port, "Azure's control plane; 0: none; any");
    add_port(app, "--metadata-port", options.arm.metadata_port, "A VM's metadata service; any");
    app.add_option("--subscriptions", options.arm.scene.subscriptions, "The VMs are spread over")
        ->check(CLI::Range(1, 100'000));
    app.add_option(
        "--stopped-every",
        options.arm.scene.stopped_every,
        "Azure says of so many that they are off"
    );
    app.add_option(
        "--locked-every", options.arm.scene.locked_every, "Every so-manieth VM has a lock"
    );
    app.add_option(
        "--sets-of", options.arm.scene.set_size, "So many VMs share an availability set"
    );
    app.add_flag(
        "--snapshots-fail", options.arm.scene.snapshots_fail, "Copies of disks come to nothing"
    );
    app.add_option(
           "--os-disks", options.arm.policy.snapshots.disks, "What is on OS disks, dealt in turn"
    )
        ->delimiter(',')
        ->check(CLI::ExistingFile);
    app.add_option(
           "--disk-kinds", options.arm.scene.disk_kinds, "plain, ade, confidential, ..., in turn"
    )
        ->delimiter(',');
    app.add_option(
           "--freeze",
           options.arm.policy.snapshots.freeze,
           "Of each VM's snapshot, in order, the step that gets no answer: make, make+, look, ..."
    )
        ->delimiter(',');
    app.add_flag(
        "--disks-at-once", options.arm.policy.snapshots.at_once, "Nothing of disks takes time"
    );
    app.add_option("--sas-life", options.arm.policy.snapshots.sas_life, "Seconds, at most");
    app.add_flag("--arm-limits", options.arm.policy.limits, "429 beyond Azure's own limits");
    app.add_flag(
        "--messy", options.arm.scene.messy, "Linux, scale sets, stale and disabled things"
    );
    app.add_option("--arm-busy-every", options.arm.policy.busy_every, "So many calls get a 429");
    app.add_option("--arm-page", options.arm.policy.page, "Rows a page of a list");
    app.add_option("--token-life", options.arm.policy.token_life, "Seconds");
    app.add_option("--run-command-ms", options.arm.policy.run_command_ms, "How long one takes");
    app.add_option(
           "--console", options.arm.consoles, "Scenes of serial consoles, dealt in turn; every: all"
    )
        ->delimiter(',');
    app.add_flag("--console-disabled", options.arm.policy.console_disabled, "The switch is off");
    app.add_flag("--graph-forbidden", options.arm.policy.graph_forbidden, "No Resource Graph");
    app.add_option("--user", user, "The account every VM knows");
    app.add_option("--password-env", options.password_variable, "Variable with its password");
    app.add_option("--keytab", options.keytab, "Accept Kerberos with this keytab");
    app.add_option("--stats-file", options.stats_file, "Default: stats.json in the state dir");
    app.add_option("--inventory-auth", options.inventory_auth, "winrm.auth in inventory.yaml");
    app.add_option(
        "--slow-receive-ms",
        slow_receive_ms,
        "How long a slow script holds a Receive before it times out"
    );
    add_slowness(app, options.slowness);
    app.add_flag("--insist-cbt", options.policy.insist_cbt, "Refuse NTLM without bindings");
    app.add_flag("--no-ntlm,--no-negotiate", no_negotiate, "Do not accept Negotiate");
    app.add_flag(
        "--accept-certificates",
        options.policy.certificates,
        "Accept client certificates; writes client.pem and client.key to the state dir"
    );
    app.add_flag(
        "--states-at-end",
        options.states_at_end,
        "When the fleet ends, write what every VM has become to states in the state dir"
    );
    app.add_flag_callback(
        "--no-tls13", [&options] { options.tls13 = false; }, "TLS 1.2 at most"
    );
    app.add_flag("--no-basic", no_basic, "Do not accept Basic");
    app.add_flag("--offer-ntlm", options.policy.ntlm_scheme, "Offer the NTLM scheme as well");
    app.add_flag(
        "--exit-when-stdin-closes", options.exit_when_stdin_closes, "For scripts that start us"
    );
    try {
        app.parse(argc, argv);
        if (options.state_directory.empty() && options.dump_states.empty()) {
            throw CLI::RequiredError("--state-dir or --dump-states");
        }
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : 2;
        return std::nullopt;
    }
    split_user(user, options.policy);
    options.policy.negotiate = !no_negotiate;
    options.policy.basic = !no_basic;
    options.policy.kerberos = !options.keytab.empty();
    options.slow_receive = std::chrono::milliseconds{slow_receive_ms};
    return options;
}

} // namespace simfleet
