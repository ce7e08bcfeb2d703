#include "tests/support/report_fixture.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <tuple>

namespace rdpsweep::test {

namespace {

constexpr std::int64_t day_seconds = 86'400;

std::string numbered(const char* prefix, std::size_t index) {
    char text[64];
    std::snprintf(text, sizeof text, "%s-%05zu", prefix, index);
    return text;
}

HostResult base_host(std::size_t index, const char* prefix) {
    HostResult host;
    host.index = index;
    host.target.name = numbered(prefix, index);
    host.target.id = host.target.name;
    host.target.address = "10.1." + std::to_string(index / 250) + "." + std::to_string(index % 250);
    host.target.route = {"winrm", "ssh"};
    host.target.credential = "fleet";
    host.target.tags = {{"env", "prod"}};
    host.target.vm = "/subscriptions/0/virtualMachines/" + host.target.name;
    host.started = run_start + 1;
    host.finished = run_start + 3;
    host.took = std::chrono::milliseconds(1'234);
    return host;
}

HostResult assessed_host(std::size_t index, const char* prefix, Verdict verdict, Cause cause) {
    auto host = base_host(index, prefix);
    host.outcome = Outcome::assessed;
    host.source = Source::vm;
    host.verdict = verdict;
    host.root_cause = cause;
    Attempt attempt;
    attempt.transport = "winrm";
    attempt.reached = Phase::decode;
    attempt.rungs = {
        {Phase::resolve, std::chrono::milliseconds(3)},
        {Phase::connect, std::chrono::milliseconds(12)},
        {Phase::tls, std::chrono::milliseconds(38)},
        {Phase::authenticate, std::chrono::milliseconds(61)},
        {Phase::open, std::chrono::milliseconds(210)},
        {Phase::run, std::chrono::milliseconds(856)},
    };
    attempt.identity = "CORP\\svc-rdpsweep";
    attempt.took = std::chrono::milliseconds(1'180);
    attempt.round_trips = 7;
    attempt.bytes_sent = 21'000;
    attempt.bytes_received = 9'000;
    host.attempts.push_back(attempt);
    host.facts_json = R"({"schema":"facts/1","os":{"build":)" +
                      std::string(index % 3 == 0 ? "20348" : "17763") + R"(,"ubr":1}})";
    host.fingerprint = sha256_hex(std::string(to_string(verdict)) + std::string(to_string(cause)));
    return host;
}

Finding
finding(const char* rule, Cause cause, Verdict verdict, Severity severity, Message summary) {
    Finding made;
    made.rule = rule;
    made.cause = cause;
    made.verdict = verdict;
    made.severity = severity;
    made.summary = std::move(summary);
    return made;
}

Finding fine(const char* rule, Cause cause) {
    return finding(rule, cause, Verdict::ok, Severity::critical, {"TEST.ok", {}});
}

// What else a host of the field shows beside its root cause.
void add_company(HostResult& host) {
    auto event = finding(
        "EVT.RDPCERT",
        Cause::rdp_certificate,
        Verdict::broken,
        Severity::high,
        {"TEST.handshake", {}}
    );
    event.confidence = Confidence::circumstantial;
    event.evidence = {
        {"/evt/3", "1057 at 2026-11-22T21:14:07Z: 80090016", "no event in 24 h"},
        {"/evt/5", "36870 at 2026-11-22T21:14:06Z: 10001, 8009030d", "no event in 24 h"},
    };
    auto managed = finding(
        "GPO.MANAGED", Cause::group_policy, Verdict::unknown, Severity::medium, {"TEST.unread", {}}
    );
    managed.evidence = {{"/sec/policy/layer", "2, source not proven", "not managed"}};
    auto console =
        finding("EMS.READY", Cause::none, Verdict::at_risk, Severity::low, {"TEST.legacy", {}});
    console.evidence = {{"/ems/ems", "false", "true"}};
    host.findings.insert(host.findings.end(), {event, managed, console});
}

using Places = std::map<std::tuple<Verdict, Cause, std::string>, std::size_t>;

Group& group_of(std::vector<Group>& groups, Places& places, const HostResult& host) {
    const auto [at, added] =
        places.try_emplace({host.verdict, host.root_cause, host.fingerprint}, groups.size());
    if (!added) return groups[at->second];
    Group group;
    group.verdict = host.verdict;
    group.cause = host.root_cause;
    group.signature = host.fingerprint;
    if (host.by_disk_alone() && host.verdict == Verdict::ok) group.summary = {"judge.disk", {}};
    for (const auto& candidate : host.findings) {
        const bool decides = candidate.verdict == host.verdict && group.summary.key.empty();
        if (decides) group.summary = candidate.summary;
    }
    return groups.emplace_back(std::move(group));
}

} // namespace

HostResult healthy_host(std::size_t index) {
    auto host = assessed_host(index, "web", Verdict::ok, Cause::none);
    host.findings.push_back(fine("PORT.OWNER", Cause::rdp_port));
    host.findings.push_back(fine("TLS.PROTO", Cause::tls_protocols));
    return host;
}

HostResult disk_host(std::size_t index) {
    auto host = healthy_host(index);
    host.target.name = numbered("dead", index);
    host.attempts[0].transport = "disk";
    host.source = Source::disk;
    host.disk.last_alive = run_start - 2 * day_seconds;
    host.disk.stopped = run_start - 3 * day_seconds;
    host.fingerprint = sha256_hex("disk");
    return host;
}

HostResult broken_key_host(std::size_t index) {
    auto host = assessed_host(index, "sql", Verdict::broken, Cause::machine_keys);
    host.secondary_causes = {Cause::group_policy};
    host.findings.push_back(fine("PORT.OWNER", Cause::rdp_port));
    auto acl = finding(
        "KEY.ACL",
        Cause::machine_keys,
        Verdict::broken,
        Severity::critical,
        {"TEST.key", {{"account", "NETWORK SERVICE"}}}
    );
    acl.article_step = "2.3";
    acl.evidence = {
        {"/keys/files/0/sddl", "O:SYG:SYD:PAI(A;;0x120089;;;SY)(A;;FA;;;BA)", "NS may read"},
        {"/keys/files/0/n", "f686aace6942fb7f7ceb231212eef4a4_" + std::to_string(index), ""},
    };
    host.findings.push_back(acl);
    auto handshake = finding(
        "HANDSHAKE", Cause::unexplained, Verdict::broken, Severity::critical, {"TEST.handshake", {}}
    );
    handshake.confidence = Confidence::functional;
    handshake.evidence = {{"/hs/0/stage", "tls", "done"}, {"/hs/0/errno", "reset", ""}};
    host.findings.push_back(handshake);
    return host;
}

HostResult expiring_host(std::size_t index, int days) {
    auto host = assessed_host(index, "app", Verdict::at_risk, Cause::rdp_certificate);
    const auto until = to_iso8601(run_start + days * day_seconds);
    auto certificate = finding(
        "CERT.CA.VALID",
        Cause::rdp_certificate,
        Verdict::at_risk,
        Severity::high,
        {"TEST.expires", {{"not_after", until}}}
    );
    certificate.article_step = "2";
    certificate.evidence = {{"/cert/my_match/not_after", until, "more than 30 days ahead"}};
    host.findings.push_back(certificate);
    return host;
}

HostResult unknown_host(std::size_t index) {
    auto host = assessed_host(index, "file", Verdict::unknown, Cause::none);
    auto acl = finding(
        "KEY.ACL", Cause::machine_keys, Verdict::unknown, Severity::critical, {"TEST.unread", {}}
    );
    acl.evidence = {{"/keys/files/0/sddl", "unread: denied 0x5", "readable"}};
    host.findings.push_back(acl);
    return host;
}

HostResult obstructed_host(std::size_t index, Outcome outcome, Error error) {
    auto host = base_host(index, "lost");
    host.outcome = outcome;
    Attempt attempt;
    attempt.transport = "winrm";
    attempt.reached = error.phase();
    attempt.rungs = {{error.phase(), std::chrono::milliseconds(5'003)}};
    attempt.error = std::move(error);
    attempt.took = std::chrono::milliseconds(5'003);
    host.attempts.push_back(attempt);
    return host;
}

HostResult hostile_host(std::size_t index) {
    auto host = broken_key_host(index);
    const std::string text(hostile_text);
    host.target.name = text;
    host.target.address = text;
    host.target.tags = {{text, text}};
    host.fingerprint = text;
    host.noise = text;
    for (auto& finding : host.findings) {
        finding.rule = text;
        finding.article_step = text;
        finding.summary = {"TEST.key", {{"account", text}}};
        finding.evidence = {{text, text, text}};
    }
    auto& attempt = host.attempts.front();
    attempt.transport = text;
    attempt.identity = text;
    attempt.notes = {{"note.insecure", {{"sha256", text}}}};
    auto failed = attempt;
    failed.error = Error(Phase::tls, Errc::peer_closed, text).with_native(text).with_hint(text);
    host.attempts.insert(host.attempts.begin(), failed);
    return host;
}

std::vector<HostResult> mixed_fleet() {
    std::vector<HostResult> hosts;
    hosts.push_back(healthy_host(0));
    hosts.push_back(broken_key_host(1));
    hosts.push_back(broken_key_host(2));
    hosts.push_back(expiring_host(3, 4));
    hosts.push_back(expiring_host(4, 20));
    hosts.push_back(unknown_host(5));
    hosts.push_back(obstructed_host(
        6,
        Outcome::unreachable,
        Error(Phase::connect, Errc::timed_out, "no answer to a TCP connection within 5 s")
            .with_hint("check the NSG for port 5986")
    ));
    hosts.push_back(obstructed_host(
        7,
        Outcome::refused,
        Error(Phase::authenticate, Errc::access_denied, "the account was refused")
            .with_native("HTTP 401")
    ));
    auto skipped = base_host(8, "old");
    skipped.outcome = Outcome::skipped;
    skipped.reason = "assessed by the run this one resumes";
    hosts.push_back(skipped);
    auto late = base_host(9, "late");
    late.reason = "the run ended first";
    hosts.push_back(late);
    auto nano = assessed_host(10, "nano", Verdict::not_applicable, Cause::none);
    hosts.push_back(nano);
    auto tidy = healthy_host(11);
    tidy.findings.push_back(finding(
        "TLS.LEGACY", Cause::tls_protocols, Verdict::at_risk, Severity::low, {"TEST.legacy", {}}
    ));
    tidy.attempts.front().notes = {{"note.insecure", {{"sha256", "ab12"}}}};
    hosts.push_back(tidy);
    return hosts;
}

HostResult generated_host(std::size_t index) {
    const auto kind = index % 50;
    if (kind < 35) return healthy_host(index);
    if (kind < 45) {
        auto host =
            kind < 40 ? broken_key_host(index) : expiring_host(index, static_cast<int>(index % 40));
        // A few variants of each cause, and evidence as long as real security descriptors are.
        host.fingerprint =
            sha256_hex(host.fingerprint + std::to_string(index / 50 % 5) + (kind % 2 ? "a" : "b"));
        host.root_cause = kind % 5 == 0 ? Cause::tls_protocols : host.root_cause;
        add_company(host);
        auto& evidence = host.findings.back().evidence;
        evidence.push_back(
            {"/keys/dir_sddl",
             "O:SYG:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)(A;OICIIO;FA;;;CO)(A;OICI;FA;;;SY)",
             "Everyone may write, Administrators have full access"}
        );
        return host;
    }
    if (kind < 47) return unknown_host(index);
    if (kind == 47) {
        return obstructed_host(
            index,
            Outcome::unreachable,
            Error(Phase::connect, Errc::timed_out, "no answer to a TCP connection within 5 s")
        );
    }
    if (kind == 48) {
        return obstructed_host(
            index,
            Outcome::refused,
            Error(Phase::authenticate, Errc::access_denied, "the account was refused")
                .with_native("HTTP 401")
        );
    }
    auto host = base_host(index, "late");
    host.reason = "the run ended first";
    return host;
}

HostResult sick_host(std::size_t index) {
    auto host = broken_key_host(index);
    add_company(host);
    // What differs from host to host does so as file names and thumbprints do.
    const auto digest = sha256_hex(host.target.name);
    host.findings[1].evidence.push_back(
        {"/keys/files/0/n", digest.substr(0, 32) + "_" + digest.substr(32, 32), ""}
    );
    host.findings[1].evidence.push_back(
        {"/keys/dir_sddl",
         "O:SYG:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)(A;OICIIO;FA;;;CO)(A;OICI;FA;;;SY)",
         "Everyone may write, Administrators have full access"}
    );
    return host;
}

HostResult varied_host(std::size_t index) {
    auto host = sick_host(index);
    host.fingerprint = sha256_hex(std::to_string(index));
    return host;
}

Status Hosts::for_each(const std::function<void(const HostResult&)>& visit) {
    for (std::size_t i = 0; i < count_; ++i)
        visit(host_(i));
    return {};
}

FleetReport report_of(Hosts& hosts) {
    FleetReport report;
    report.run.id = "20261123-030000-ab12";
    report.run.started = run_start;
    report.run.finished = run_start + 252;
    report.run.version = "0.1.0";
    report.run.collector_sha256 = sha256_hex("collector");
    report.run.args = {"scan", "-i", "fleet.yaml"};
    report.run.warnings = {{"run.insecure", {}}};
    Places places;
    static_cast<void>(hosts.for_each([&](const HostResult& host) {
        ++report.totals.targets;
        report.totals.count(host);
        if (host.outcome != Outcome::assessed) return;
        group_of(report.groups, places, host).target_names.push_back(host.target.name);
    }));
    report.run.targets = report.totals.targets;
    std::stable_sort(
        report.groups.begin(),
        report.groups.end(),
        [](const Group& a, const Group& b) {
            return std::tuple(a.verdict, a.target_names.size()) >
                   std::tuple(b.verdict, b.target_names.size());
        }
    );
    return report;
}

const Catalogue& fixture_catalogue() {
    static const Catalogue catalogue = [] {
        std::ifstream file(RDPSWEEP_SOURCE_DIR "/reports/messages/en.json");
        const auto english = nlohmann::json::parse(file);
        auto chosen = nlohmann::json::object();
        for (const auto& [key, text] : english.items()) {
            for (const auto* prefix : {"report.", "attempt.", "note.", "run."}) {
                if (key.starts_with(prefix)) chosen[key] = text;
            }
        }
        chosen["TEST.ok"] = "as it should be";
        chosen["TEST.key"] = "{account} cannot read the private key of RDP";
        chosen["TEST.handshake"] = "The TLS handshake with the RDP port fails on the host itself";
        chosen["TEST.expires"] = "The RDP certificate expires on {not_after}";
        chosen["TEST.unread"] = "The key's access list could not be read";
        chosen["TEST.legacy"] = "TLS 1.0 is on";
        chosen["cause.machine_keys.title"] = "The private key of RDP cannot be used";
        chosen["cause.machine_keys.what"] =
            "TermService runs as NETWORK SERVICE and must be able to read the key file.";
        chosen["cause.rdp_certificate.title"] = "The RDP certificate";
        return *Catalogue::load(chosen.dump());
    }();
    return catalogue;
}

const ReportFormat& format_named(std::string_view name) {
    for (const auto& format : all_reports()) {
        if (format.name == name) return format;
    }
    std::abort();
}

std::string
render(std::string_view format, Hosts hosts, const Catalogue& messages, ReportOptions options) {
    std::string written;
    auto reporter = format_named(format).make(
        [&written](std::string_view bytes) {
            written += bytes;
            return Status();
        },
        messages,
        std::move(options)
    );
    const auto report = report_of(hosts);
    static_cast<void>(hosts.for_each([&](const HostResult& host) { reporter->on_host(host); }));
    if (!reporter->on_finish(report, hosts)) std::abort();
    return written;
}

std::string render(std::string_view format, std::vector<HostResult> hosts, ReportOptions options) {
    return render(format, Hosts(std::move(hosts)), fixture_catalogue(), std::move(options));
}

} // namespace rdpsweep::test
