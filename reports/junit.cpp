// Decides which test each host passes or fails, and escapes what XML cannot hold.
#include "reports/junit.hpp"

#include "core/text.hpp"
#include "reports/digest.hpp"
#include "reports/output.hpp"
#include "reports/wording.hpp"

#include <algorithm>
#include <cstdio>

namespace rdpsweep {

namespace {

constexpr std::size_t junit_name_bytes =
    300; // whole: two hosts must not become one test; DNS allows 253
constexpr std::size_t sentence_bytes = 600;
constexpr std::size_t observed_bytes = 400;
constexpr std::size_t findings_shown = 8;
constexpr std::size_t evidence_shown = 6; // of one finding

// U+FFFE and U+FFFF are the characters of valid UTF-8 that XML 1.0 forbids (section 2.2) and that
// printable() lets through.
std::string escaped(std::string_view untrusted, std::size_t max_bytes = sentence_bytes) {
    auto text = html_escape(printable(untrusted, max_bytes));
    for (const std::string_view forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
        for (auto at = text.find(forbidden); at != text.npos; at = text.find(forbidden, at))
            text.replace(at, forbidden.size(), "\xEF\xBF\xBD");
    }
    return text;
}

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

// What a CI server makes of a host.
enum class Grade : std::uint8_t { passed, failure, error, skipped };

Grade grade_of(Verdict verdict) noexcept {
    switch (verdict) {
    case Verdict::broken:
    case Verdict::at_risk:
        return Grade::failure;
    case Verdict::unknown:
        return Grade::error;
    case Verdict::not_applicable:
        return Grade::skipped;
    case Verdict::ok:
        return Grade::passed;
    }
    return Grade::error;
}

Grade grade_of(const HostResult& host) noexcept {
    // Nobody has seen that RDP works: a test that passed would say so.
    if (host.ok_by_disk_alone()) return Grade::skipped;
    if (host.outcome == Outcome::assessed) return grade_of(host.verdict);
    return host.outcome == Outcome::skipped ? Grade::skipped : Grade::error;
}

// Returns tests, failures, errors and skipped of a whole run.
std::string counts(const Totals& totals, bool with_skipped) {
    const auto skipped = totals.of(Outcome::skipped) + totals.of(Verdict::not_applicable) +
                         totals.disk_alone(Verdict::ok);
    const auto errors = totals.of(Outcome::unreachable) + totals.of(Outcome::refused) +
                        totals.of(Outcome::not_attempted) + totals.of(Verdict::unknown);
    const auto failures = totals.of(Verdict::broken) + totals.of(Verdict::at_risk);
    auto text = attribute("tests", std::to_string(totals.targets)) +
                attribute("failures", std::to_string(failures)) +
                attribute("errors", std::to_string(errors));
    // Jenkins' schema knows no such attribute of <testsuites>.
    if (with_skipped) text += attribute("skipped", std::to_string(skipped));
    return text;
}

std::string property(std::string_view name, std::string_view value) {
    return "<property" + attribute("name", name) + attribute("value", escaped(value)) + "/>\n";
}

// Returns "KEY.ACL broken: NETWORK SERVICE lacks ..." and a line for each piece of evidence.
std::string finding_lines(const Catalogue& messages, const Finding& finding) {
    auto text = escaped(finding.rule) + " " + escaped(word(messages, finding.verdict)) + ": " +
                escaped(messages.say(finding.summary)) + "\n";
    const auto shown = std::min(finding.evidence.size(), evidence_shown);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& evidence = finding.evidence[i];
        text += "  " + escaped(evidence.fact, observed_bytes) + " = " +
                escaped(evidence.observed, observed_bytes);
        if (!evidence.expected.empty()) {
            const auto expected = printable(evidence.expected, observed_bytes);
            text += " " + escaped(messages.say({"report.expected", {{"expected", expected}}}));
        }
        text += "\n";
    }
    if (shown == finding.evidence.size()) return text;
    const auto left = grouped(finding.evidence.size() - shown);
    return text + "  " + escaped(messages.say({"report.evidence.more", {{"count", left}}})) + "\n";
}

std::string findings_text(const Catalogue& messages, const HostResult& host) {
    std::string text;
    std::size_t found = 0;
    for (const auto verdict : {Verdict::broken, Verdict::at_risk, Verdict::unknown}) {
        for (const auto& finding : host.findings) {
            if (finding.verdict != verdict) continue;
            if (++found <= findings_shown) text += finding_lines(messages, finding);
        }
    }
    if (found <= findings_shown) return text;
    const auto left = grouped(found - findings_shown);
    return text + escaped(messages.say({"report.findings.more", {{"count", left}}})) + "\n";
}

std::string attempts_text(const Catalogue& messages, const HostResult& host) {
    const auto* attempt = deciding_attempt(host);
    if (attempt == nullptr) return {};
    const auto& error = *attempt->error;
    auto text = escaped(error.detail()) + "\n";
    if (!error.native().empty()) text += escaped(error.native()) + "\n";
    if (error.hint().empty()) return text;
    const auto hint = messages.phrase(error.hint());
    return text + escaped(messages.say({"attempt.hint", {{"hint", hint}}})) + "\n";
}

class JunitReport : public Reporter {
public:
    JunitReport(Sink sink, const Catalogue& messages)
        : out_(std::move(sink)), messages_(messages) {}

    void on_host(const HostResult&) override {}

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        write_head(report);
        std::size_t written = 0;
        auto read = hosts.for_each([&](const HostResult& host) {
            write_host(host);
            ++written;
        });
        if (!read) return read;
        if (written < report.totals.targets) write_missing(report.totals.targets - written);
        write_tail(report);
        return out_.flush();
    }

private:
    void write_head(const FleetReport& report) {
        const auto& run = report.run;
        const auto took =
            in_seconds(std::chrono::seconds(std::max<std::int64_t>(run.finished - run.started, 0)));
        auto timestamp = to_iso8601(run.started);
        timestamp.pop_back(); // the format's times carry no zone; this one is UTC
        out_ << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"
             << attribute("name", "rdpsweep") << counts(report.totals, false)
             << attribute("time", took) << ">\n<testsuite"
             << attribute("name", "rdpsweep " + escaped(run.id, junit_name_bytes))
             << counts(report.totals, true) << attribute("time", took)
             << attribute("timestamp", timestamp) << ">\n<properties>\n"
             << property("run", run.id) << property("version", run.version)
             << property("collector_sha256", run.collector_sha256)
             << property("interrupted", run.interrupted ? "true" : "false") << "</properties>\n";
    }

    void write_host(const HostResult& host) {
        const bool assessed = host.outcome == Outcome::assessed;
        const auto state = assessed ? to_string(host.verdict) : to_string(host.outcome);
        const auto kind = assessed ? to_string(host.root_cause) : to_string(host.outcome);
        const auto sentence = escaped(verdict_sentence(messages_, host));
        const auto because = attribute("type", state) + attribute("message", sentence);
        out_ << "<testcase" << attribute("classname", "rdpsweep." + std::string(kind))
             << attribute("name", escaped(host.target.name, junit_name_bytes))
             << attribute("time", in_seconds(host.took)) << ">";
        const auto since = escaped(down_since(messages_, host));
        const auto body = (since.empty() ? since : since + "\n") + findings_text(messages_, host) +
                          attempts_text(messages_, host);
        switch (grade_of(host)) {
        case Grade::passed:
            break;
        case Grade::failure:
            out_ << "\n<failure" << because << ">" << body << "</failure>\n";
            break;
        case Grade::error:
            out_ << "\n<error" << because << ">" << body << "</error>\n";
            break;
        case Grade::skipped:
            out_ << "\n<skipped" << because << "/>\n";
            break;
        }
        out_ << "</testcase>\n";
    }

    // Targets that a killed run has no record of, not even a name: they must not look like passed.
    void write_missing(std::size_t count) {
        const auto who = escaped(hosts(messages_, count));
        const auto text = escaped(messages_.text("report.rung.none"));
        for (std::size_t i = 1; i <= count; ++i) {
            out_ << "<testcase" << attribute("classname", "rdpsweep.not_attempted")
                 << attribute("name", "not recorded " + std::to_string(i))
                 << "><error type=\"not_attempted\"" << attribute("message", text + ": " + who)
                 << "/></testcase>\n";
        }
    }

    void write_tail(const FleetReport& report) {
        std::string warnings;
        if (report.run.interrupted)
            warnings += escaped(messages_.text("report.interrupted")) + "\n";
        if (!report.totals.balanced())
            warnings += escaped(messages_.text("report.unbalanced")) + "\n";
        for (const auto& warning : report.run.warnings)
            warnings += escaped(messages_.say(warning)) + "\n";
        if (!warnings.empty()) out_ << "<system-err>" << warnings << "</system-err>\n";
        out_ << "</testsuite>\n</testsuites>\n";
    }

    Output out_;
    const Catalogue& messages_;
};

} // namespace

std::unique_ptr<Reporter> make_junit_report(Sink sink, const Catalogue& messages, ReportOptions) {
    return std::make_unique<JunitReport>(std::move(sink), messages);
}

} // namespace rdpsweep
