// The members of ScanOptions, once, for both ways.
#include "scanner/options/scan_options_json.hpp"

#include "core/json.hpp"
#include "scanner/options/option_archive.hpp"

#include <array>

namespace rdpsweep {

namespace archive {

template <class Enum>
using Word = std::pair<std::string_view, Enum>;

template <>
struct Words<Color> {
    static constexpr std::array all{
        Word<Color>{"auto", Color::automatic},
        Word<Color>{"always", Color::always},
        Word<Color>{"never", Color::never}};
};

template <>
struct Words<LogLevel> {
    static constexpr std::array all{
        Word<LogLevel>{"error", LogLevel::error},
        Word<LogLevel>{"warn", LogLevel::warn},
        Word<LogLevel>{"info", LogLevel::info},
        Word<LogLevel>{"debug", LogLevel::debug}};
};

template <>
struct Words<AzureLogin> {
    static constexpr std::array all{
        Word<AzureLogin>{"auto", AzureLogin::automatic},
        Word<AzureLogin>{"environment", AzureLogin::environment},
        Word<AzureLogin>{"managed-identity", AzureLogin::managed_identity},
        Word<AzureLogin>{"cli", AzureLogin::cli}};
};

template <>
struct Words<AzureAddress> {
    static constexpr std::array all{
        Word<AzureAddress>{"either", AzureAddress::either},
        Word<AzureAddress>{"private", AzureAddress::private_only},
        Word<AzureAddress>{"public", AzureAddress::public_only}};
};

template <>
struct Words<HttpFallback> {
    static constexpr std::array all{
        Word<HttpFallback>{"never", HttpFallback::never},
        Word<HttpFallback>{"kerberos", HttpFallback::kerberos},
        Word<HttpFallback>{"any", HttpFallback::any}};
};

template <>
struct Words<CollectorChoice> {
    static constexpr std::array all{
        Word<CollectorChoice>{"auto", CollectorChoice::automatic},
        Word<CollectorChoice>{"powershell", CollectorChoice::powershell},
        Word<CollectorChoice>{"cim", CollectorChoice::cim}};
};

// Returns those that --fail-on takes.
template <>
struct Words<Verdict> {
    static constexpr std::array all{
        Word<Verdict>{"broken", Verdict::broken},
        Word<Verdict>{"at_risk", Verdict::at_risk},
        Word<Verdict>{"unknown", Verdict::unknown}};
};

} // namespace archive

namespace {

using archive::Range;
using archive::Unknown;

// As the command line takes them.
constexpr Range duration{1, 30ull * 24 * 3600 * 1000};
constexpr Range million{0, 1'000'000};

// A member more, and this does not compile: store it in one of the lists below by member.later(),
// then name it here.
// clang-format off
[[maybe_unused]] void all_members(
    const ScanOptions& scan, const AzureOptions& azure, const CommandLineCredential& credential
) {
    [[maybe_unused]] const auto& [
        scope, talk, jobs, rate, retries, connect_timeout, step_timeout, deadline, run_deadline,
        quota_delay, collect_by, handshake, evidence, serial_jobs, takeover, matrix, legacy,
        bindings, fallback, ca_file, hosts, pin, insecure, reports, state_dir, resume, rerun,
        run_name, fail_on, unassessed, stats, audit, args] = scan;
    [[maybe_unused]] const auto& [
        inventories, targets, disks, snapshots, makes_snapshots, transports, in_azure, login_as,
        selection, left_out, pick, seed, limit, allow_empty] = scope;
    [[maybe_unused]] const auto& [color, lang, quiet, verbose, log_file, log_level] = talk;
    [[maybe_unused]] const auto& [
        subscriptions, all, groups, resources, cloud, login, address, azure_ca] = azure;
    [[maybe_unused]] const auto& [
        name, user, password_file, variable, of_unit, prompt, kerberos] = credential;
    [[maybe_unused]] const auto& [verdict] = fail_on;
    const ReportRequest request;
    [[maybe_unused]] const auto& [format, path] = request;
}

// clang-format on

// Of the object as a whole: higher when an older program would misunderstand it.
constexpr std::uint64_t options_version = 1;

constexpr auto list_azure = [](auto& member, auto& azure) {
    member("subscriptions", azure.subscriptions);
    member("all", azure.all);
    member("resource_groups", azure.resource_groups);
    member("resources", azure.resources);
    member("cloud", azure.cloud);
    member("login", azure.login);
    member("address", azure.address);
    member("ca_file", azure.ca_file);
};

constexpr auto list_credential = [](auto& member, auto& credential) {
    member("name", credential.name);
    member("user", credential.user);
    member("password_file", credential.password_file);
    member("password_env", credential.password_env);
    member.later("password_systemd", credential.password_systemd);
    member("password_prompt", credential.password_prompt);
    member("kerberos", credential.kerberos);
};

constexpr auto list_scope = [](auto& member, auto& scope) {
    member("inventories", scope.inventories);
    member("targets", scope.targets);
    member.later("disks", scope.disks);
    member.later("snapshots", scope.snapshots);
    member.later("disk_snapshots", scope.disk_snapshots);
    member("transports", scope.transports);
    member.inside("azure", scope.azure, Unknown::refused, list_azure);
    member.inside("credential", scope.credential, Unknown::refused, list_credential);
    member("select", scope.select);
    member.later("exclude", scope.exclude);
    member("pick", scope.pick, million);
    member("seed", scope.seed);
    member("limit", scope.limit, million);
    member("allow_empty", scope.allow_empty);
};

constexpr auto list_talk = [](auto& member, auto& talk) {
    member("color", talk.color);
    member("lang", talk.lang);
    member("quiet", talk.quiet);
    member("verbose", talk.verbose, Range{0, 100});
    member("log_file", talk.log_file);
    member("log_level", talk.log_level);
};

constexpr auto list_pace = [](auto& member, auto& scan) {
    member("jobs", scan.jobs, Range{1, 100'000});
    // The first version wrote a number always, and reads no null.
    member.later("connect_rate", scan.connect_rate, Range{0, 100'000});
    member("retries", scan.retries, Range{0, 10});
    member("connect_timeout", scan.connect_timeout, duration);
    member("step_timeout", scan.step_timeout, duration);
    member("deadline", scan.deadline, duration);
    member("run_deadline", scan.run_deadline, duration);
    member("quota_delay", scan.quota_delay, duration);
    member("serial_jobs", scan.serial_jobs, Range{1, 1000});
};

constexpr auto list_looks = [](auto& member, auto& scan) {
    member("collector", scan.collect_by);
    member("handshake", scan.handshake);
    member("rdp_matrix", scan.rdp_matrix);
    member("azure_evidence", scan.azure_evidence);
    member("takeover", scan.takeover);
};

constexpr auto list_identity = [](auto& member, auto& scan) {
    member("ca_file", scan.ca_file);
    member("known_hosts", scan.known_hosts);
    member("pin_on_first_use", scan.pin_on_first_use);
    member("insecure", scan.insecure);
    member("legacy_tls", scan.legacy_tls);
    member("channel_bindings", scan.channel_bindings);
    member("http_fallback", scan.http_fallback);
};

constexpr auto list_report = [](auto& member, auto& report) {
    member("format", report.format);
    member("path", report.path);
};

constexpr auto list_records = [](auto& member, auto& scan) {
    member.elements("reports", scan.reports, list_report);
    member("state_dir", scan.state_dir);
    member("resume", scan.resume);
    member("rerun", scan.rerun);
    member("name", scan.name);
    member("fail_on", scan.fail_on.verdict);
    member("max_unassessed", scan.max_unassessed, million);
    member("stats_json", scan.stats_json);
    member("audit_file", scan.audit_file);
};

constexpr auto list_all = [](auto& member, auto& scan) {
    member.inside("scope", scan.scope, Unknown::refused, list_scope);
    member.inside("identity", scan, Unknown::refused, list_identity);
    member.inside("looks", scan, Unknown::refused, list_looks);
    member.inside("pace", scan, Unknown::passed_over, list_pace);
    member.inside("records", scan, Unknown::passed_over, list_records);
    member.inside("talk", scan.talk, Unknown::passed_over, list_talk);
};

} // namespace

std::string to_json_text(const ScanOptions& options) {
    nlohmann::json object;
    archive::Writer writer(object);
    writer("version", options_version);
    list_all(writer, options);
    return dump_json(object);
}

Result<ScanOptions> scan_options_from_json(std::string_view text) {
    constexpr JsonLimits limits{.bytes = 8u << 20}; // as run.json
    const auto object = parse_json(text, Phase::config, limits);
    if (!object) return object.error();
    ScanOptions options;
    std::string problem;
    archive::Reader reader(*object, "", problem);
    std::uint64_t version = options_version;
    reader("version", version, Range{1, UINT64_MAX});
    if (problem.empty() && version > options_version)
        problem = "they are of version " + std::to_string(version) +
                  ", and this program knows version " + std::to_string(options_version);
    list_all(reader, options);
    reader.refuse_unknown();
    if (problem.empty()) return options;
    return Error(
               Phase::config, Errc::malformed_output, "the options stored with the run: " + problem
    )
        .with_hint("the version that stored the run reads them; or give its -i again");
}

} // namespace rdpsweep
