// What a command line means, and what is said of a wrong one.
#include "scanner/cli/command_line.hpp"
#include "scanner/cli/state_dir.hpp"
#include "scanner/options/scan_options.hpp"
#include "scanner/options/stored_report_options.hpp"
#include "scanner/options/verb_options.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/verbs/table.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

constexpr std::array<std::string_view, 2> transports{"winrm", "rdp"};
constexpr std::array<std::string_view, 3> reports{"text", "json", "html"};
constexpr std::array<std::string_view, 2> languages{"en", "zh-TW"};

CommandLine parse(const std::vector<std::string>& args) {
    return parse_command_line(args, all_verbs(), {transports, reports, languages});
}

// The first line of what a wrong command line is told, and its last.
std::string mistake(const std::vector<std::string>& args) {
    const auto line = parse(args);
    if (line.exit != exit_usage) return "accepted";
    return line.text.substr(0, line.text.find('\n'));
}

std::string advice(const std::vector<std::string>& args) {
    const auto line = parse(args);
    return line.text.substr(line.text.find('\n') + 1);
}

using Words = std::vector<std::string>;

ScanOptions scan_of(const Words& args) {
    return parse(args).given<ScanOptions>();
}

} // namespace

TEST_CASE("command line: a scan with everything", "[cli]") {
    const Words args{
        "scan",
        "-i",
        "a.yaml",
        "--inventory",
        "-",
        "-t",
        "x,y",
        "--target",
        "z:1",
        "--jobs",
        "7",
        "--connect-rate",
        "12.5/s",
        "--connect-timeout",
        "500ms",
        "--step-timeout",
        "7s",
        "--deadline",
        "2m",
        "--run-deadline",
        "1h",
        "--transport",
        "rdp,winrm",
        "--no-handshake",
        "--legacy-tls",
        "--ca-file",
        "/ca",
        "--pin-on-first-use",
        "--no-cbt",
        "--http-fallback",
        "never",
        "--report",
        "text",
        "--report",
        "json:/r.json",
        "--state",
        "/s",
        "--fail-on",
        "at_risk",
        "--max-unassessed",
        "3",
        "--allow-empty",
        "--limit",
        "9",
        "--color",
        "never",
        "--lang",
        "en",
        "--stats-json",
        "/st",
        "--audit-file",
        "/au",
        "--log-file",
        "/lo",
        "--log-level",
        "debug",
        "-v",
        "--seed",
        "18446744073709551615",
        "--retries",
        "0"};
    const auto line = parse(args);
    INFO(line.text);
    REQUIRE_FALSE(line.exit.has_value());
    REQUIRE(line.verb == "scan");
    const auto& scan = line.given<ScanOptions>();
    CHECK(scan.scope.inventories == Words{"a.yaml", "-"});
    CHECK(scan.scope.targets == Words{"x", "y", "z:1"});
    CHECK(scan.scope.transports == Words{"rdp", "winrm"});
    CHECK(scan.scope.limit == 9);
    CHECK(scan.scope.allow_empty);
    CHECK(scan.jobs == 7);
    CHECK(scan.connect_rate == 12.5);
    CHECK(scan.connect_timeout == 500ms);
    CHECK(scan.step_timeout == 7s);
    CHECK(scan.deadline == 2min);
    CHECK(scan.run_deadline == 1h);
    CHECK_FALSE(scan.handshake);
    CHECK(scan.legacy_tls);
    CHECK(scan.ca_file == "/ca");
    CHECK(scan.pin_on_first_use);
    CHECK_FALSE(scan.insecure);
    CHECK_FALSE(scan.channel_bindings);
    CHECK(scan.http_fallback == HttpFallback::never);
    REQUIRE(scan.reports.size() == 2);
    CHECK(scan.reports[0].path == "-");
    CHECK(scan.reports[1].format == "json");
    CHECK(scan.reports[1].path == "/r.json");
    CHECK(scan.state_dir == "/s");
    CHECK(scan.fail_on.verdict == Verdict::at_risk);
    CHECK(scan.max_unassessed == 3);
    CHECK(scan.stats_json == "/st");
    CHECK(scan.audit_file == "/au");
    CHECK(scan.scope.seed == UINT64_MAX);
    CHECK(scan.retries == 0);
    CHECK(scan.talk.color == Color::never);
    CHECK(scan.talk.log_file == "/lo");
    CHECK(scan.talk.log_level == LogLevel::debug);
    CHECK(scan.talk.verbose == 1);
    CHECK(scan.args == args);
}

TEST_CASE("command line: the defaults are the safe ones", "[cli]") {
    const auto line = parse({"scan", "-i", "a.yaml"});
    REQUIRE_FALSE(line.exit.has_value());
    const auto& scan = line.given<ScanOptions>();
    CHECK_FALSE(scan.insecure);
    CHECK_FALSE(scan.pin_on_first_use);
    CHECK_FALSE(scan.legacy_tls);
    CHECK(scan.channel_bindings);
    CHECK_FALSE(scan.http_fallback.has_value());
    CHECK(scan.handshake);
    CHECK(scan.jobs == 2000);
    CHECK_FALSE(scan.connect_rate); // as many as the fleet takes
    CHECK(scan.fail_on.verdict == Verdict::broken);
    CHECK(scan.max_unassessed == 0);
    CHECK_FALSE(scan.deadline.has_value());
    CHECK_FALSE(scan.state_dir.empty());
    CHECK(scan_of({"scan", "-t", "a", "--fail-on", "never"}).fail_on.verdict == std::nullopt);
    CHECK(scan_of({"scan", "--resume", "abc"}).resume == "abc");
}

TEST_CASE("command line: the other verbs", "[cli]") {
    CHECK(scan_of({"check", "-t", "a", "--insecure"}).insecure);
    CHECK(parse({"check", "-t", "a"}).verb == "check");
    CHECK(
        parse({"targets", "-t", "a", "--format", "lines"}).given<TargetsOptions>().format ==
        ListFormat::lines
    );
    CHECK(parse({"targets", "-t", "a"}).given<TargetsOptions>().scope.targets == Words{"a"});
    CHECK(parse({"doctor"}).verb == "doctor");
    CHECK(parse({"doctor", "-i", "x", "--state", "/q"}).given<DoctorOptions>().state_dir == "/q");
    CHECK(parse({"rules", "--format", "json"}).given<RulesOptions>().json);
    CHECK(parse({"explain", "TLS.PROTO"}).given<ExplainOptions>().subject == "TLS.PROTO");
    const auto line = parse({"report", "last", "--report", "html:/x", "--fail-on", "unknown"});
    const auto& report = line.given<StoredReportOptions>();
    CHECK(report.run == "last");
    CHECK(report.reports.at(0).format == "html");
    CHECK(report.fail_on.verdict == Verdict::unknown);
}

TEST_CASE("command line: every mistake ends with status 2, one line and what to do", "[cli]") {
    struct Case {
        Words args;
        std::string mistake;
        std::string advice;
    };

    const Case all[] = {
        {{"scann"}, "rdpsweep: unknown verb \"scann\"", "did you mean scan?"},
        {{"zzzzzz"}, "rdpsweep: unknown verb \"zzzzzz\"", "verbs: scan, check"},
        {{"--jobs"}, "rdpsweep: unknown option \"--jobs\"", "rdpsweep --help"},
        {{"scan"},
         "rdpsweep scan: no targets: give -i FILE, -t HOST, --disk FILE or --subscription ID",
         "scan --help"},
        {{"check"},
         "rdpsweep check: no targets: give -i FILE, -t HOST, --disk FILE or --subscription ID",
         ""},
        {{"targets"},
         "rdpsweep targets: no targets: give -i FILE, -t HOST, --disk FILE or --subscription ID",
         ""},
        {{"scan", "-i", "x", "--jbos", "5"},
         "rdpsweep scan: unknown option \"--jbos\"",
         "did you mean --jobs?"},
        {{"scan", "-i", "x", "--jbos=5"},
         "rdpsweep scan: unknown option \"--jbos\"",
         "did you mean --jobs?"},
        {{"scan", "-i", "x", "stray"}, "rdpsweep scan: unexpected \"stray\"", ""},
        {{"scan", "-i"}, "rdpsweep scan: --inventory needs a value", ""},
        {{"scan", "-i", "x", "--jobs", "5", "--jobs", "6"},
         "rdpsweep scan: --jobs is given more than once",
         ""},
        {{"scan", "-i", "x", "--jobs", "0"},
         "rdpsweep scan: --jobs: \"0\" is not a number from 1 to 100000",
         ""},
        {{"scan", "-i", "x", "--jobs", "12x"},
         "rdpsweep scan: --jobs: \"12x\" is not a number from 1 to 100000",
         ""},
        {{"scan", "-i", "x", "--connect-rate", "0"},
         "rdpsweep scan: --connect-rate: \"0\" is not a number from 0.1 to 100000",
         ""},
        {{"scan", "-i", "x", "--deadline", "30"},
         "rdpsweep scan: --deadline: \"30\" is not a duration: write 500ms, 90s, 15m or 2h",
         ""},
        {{"scan", "-i", "x", "--report", "pdf:x"},
         "rdpsweep scan: --report: \"pdf\" is none of text, json, html",
         ""},
        {{"scan", "-i", "x", "--report", "json:"},
         "rdpsweep scan: --report: the path is empty",
         ""},
        {{"scan", "-i", "x", "--report", "text", "--report", "json"},
         "rdpsweep scan: --report: two reports would go to stdout",
         ""},
        {{"scan", "-i", "x", "--transport", "ssh"},
         "rdpsweep scan: --transport: this version has no transport \"ssh\"; known: winrm, rdp",
         ""},
        {{"scan", "-i", "x", "--transport", "rdp,rdp"},
         "rdpsweep scan: --transport: the transport \"rdp\" is named twice",
         ""},
        {{"scan", "-i", "x", "--fail-on", "ok"},
         "rdpsweep scan: --fail-on: \"ok\" is none of broken, at_risk, unknown, never",
         ""},
        {{"scan", "-i", "x", "--color", "red"},
         "rdpsweep scan: --color: \"red\" is none of auto, always, never",
         ""},
        {{"scan", "-i", "x", "--lang", "xx"},
         "rdpsweep scan: --lang: \"xx\" is none of en, zh-TW",
         ""},
        {{"scan", "-i", "x", "--ca-file", ""}, "rdpsweep scan: --ca-file: must not be empty", ""},
        {{"scan", "-i", "x", "--insecure", "--pin-on-first-use"},
         "rdpsweep scan: --insecure accepts a certificate that nothing is known of, so "
         "there is nothing to --pin-on-first-use",
         ""},
        {{"scan", "-i", "x", "--user", "u"},
         "rdpsweep scan: --user needs --password-prompt, --password-file, --password-env, "
         "--password-systemd or --kerberos",
         ""},
        {{"scan", "-i", "x", "--password-env", "X"}, "rdpsweep scan: a password needs --user", ""},
        {{"scan", "-i", "x", "--user", "u", "--password-env", "X", "--kerberos"},
         "rdpsweep scan: only one of --password-prompt, --password-file, --password-env, "
         "--password-systemd or --kerberos",
         ""},
        {{"scan", "-i", "x", "--credential", "c", "--user", "u"},
         "rdpsweep scan: --credential stands alone: the inventory says its user and password",
         ""},
        {{"check", "-i", "x", "--report", "text"},
         "rdpsweep check: unknown option \"--report\"",
         ""},
        {{"explain"}, "rdpsweep explain: RULE is required", "explain --help"},
        {{"explain", "A", "B"}, "rdpsweep explain: unexpected \"B\"", ""},
        {{"report"}, "rdpsweep report: RUN is required", ""},
        {{"scan", "-i", "x", "--\x1b[2J"}, "rdpsweep scan: unknown option \"--\\x1B[2J\"", ""},
    };
    for (const auto& one : all) {
        INFO(one.mistake);
        CHECK(mistake(one.args) == one.mistake);
        CHECK_THAT(advice(one.args), Catch::Contains(one.advice));
    }
}

TEST_CASE("command line: a password never fits on the command line", "[cli]") {
    CHECK(
        mistake({"scan", "-t", "a", "--user", "u", "--password", "x"}) ==
        "rdpsweep scan: unknown option \"--password\""
    );
}

TEST_CASE("command line: --help of every verb has an example, --help itself all verbs", "[cli]") {
    for (const auto* verb : {"scan", "check", "targets", "doctor", "rules", "explain", "report"}) {
        INFO(verb);
        for (const auto* flag : {"--help", "-h"}) {
            const auto line = parse({verb, flag});
            CHECK(line.exit == exit_ok);
            CHECK_THAT(line.text, Catch::Contains("Usage: rdpsweep " + std::string(verb)));
            CHECK_THAT(line.text, Catch::Contains("Example:\n  "));
            CHECK_THAT(line.text, Catch::Contains("rdpsweep " + std::string(verb) + " "));
        }
        CHECK_THAT(parse({"--help"}).text, Catch::Contains("  " + std::string(verb)));
    }
    CHECK_THAT(parse({"scan", "--help"}).text, Catch::Contains("  12  findings, and more than"));
    for (const auto* later : {"worker", "waivers"}) {
        CHECK_THAT(parse({"--help"}).text, !Catch::Contains("\n  " + std::string(later) + " "));
    }
}

TEST_CASE("command line: no verb shows the help and is no success", "[cli]") {
    const auto line = parse({});
    CHECK(line.exit == exit_usage);
    CHECK_THAT(line.text, Catch::Contains("Usage: rdpsweep "));
}

TEST_CASE("command line: --version is the verb, with its options", "[cli]") {
    CHECK(parse({"--version"}).verb == "version");
    CHECK_FALSE(parse({"--version"}).given<VersionOptions>().json);
    CHECK(parse({"--version", "--json"}).given<VersionOptions>().json);
    CHECK(mistake({"scan", "--version"}) == "rdpsweep scan: unknown option \"--version\"");
    CHECK_THAT(parse({"--help"}).text, Catch::Contains("\n  --version "));
}

TEST_CASE("command line: the state folder follows the XDG specification", "[cli]") {
    const char* state = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    const std::string old_state = state == nullptr ? "" : state;
    const std::string old_home = home == nullptr ? "" : home;
    setenv("HOME", "/h", 1);
    setenv("XDG_STATE_HOME", "/x", 1);
    CHECK(default_state_dir() == "/x/rdpsweep");
    setenv("XDG_STATE_HOME", "relative", 1);
    CHECK(default_state_dir() == "/h/.local/state/rdpsweep");
    unsetenv("XDG_STATE_HOME");
    CHECK(default_state_dir() == "/h/.local/state/rdpsweep");
    // systemd's StateDirectory=: the folder itself, of several the first.
    setenv("STATE_DIRECTORY", "/var/lib/rdpsweep", 1);
    CHECK(default_state_dir() == "/var/lib/rdpsweep");
    setenv("XDG_STATE_HOME", "/x", 1);
    setenv("STATE_DIRECTORY", "/var/lib/a:/var/lib/b", 1);
    CHECK(default_state_dir() == "/var/lib/a");
    setenv("STATE_DIRECTORY", "relative:/var/lib/b", 1);
    CHECK(default_state_dir() == "/x/rdpsweep");
    unsetenv("STATE_DIRECTORY");
    unsetenv("XDG_STATE_HOME");
    // Without HOME the account says, and never the folder we are in.
    const std::string account = getpwuid(geteuid())->pw_dir;
    for (const char* none : {"", "relative"}) {
        setenv("HOME", none, 1);
        CHECK(default_state_dir() == account + "/.local/state/rdpsweep");
    }
    unsetenv("HOME");
    CHECK(default_state_dir() == account + "/.local/state/rdpsweep");
    if (home != nullptr) setenv("HOME", old_home.c_str(), 1);
    if (state != nullptr) setenv("XDG_STATE_HOME", old_state.c_str(), 1);
}
