// Each host of a small fleet: what is wrong, how we know, and how we got there.
#include "core/text.hpp"
#include "reports/text/screen.hpp"
#include "reports/wording.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::size_t text_bytes = 200;
constexpr std::size_t evidence_shown = 4; // of one finding

// Returns what the host is called and what became of it.
Line title_line(const Scene& scene, const HostResult& host) {
    const auto name = printable(host.target.name, text_bytes);
    const bool assessed = host.outcome == Outcome::assessed;
    const auto verdict = assessed ? host.verdict : Verdict::unknown;
    const auto mark = assessed ? glyph(host) : glyph(verdict);
    Line line(std::string(mark) + " ", tone_of(verdict));
    line.add(name, Tone::strong);
    if (host.target.address != host.target.name) {
        line.add("  " + printable(host.target.address, text_bytes), Tone::faint);
    }
    const auto what = assessed ? word(scene.messages, host) : word(scene.messages, host.outcome);
    line.add("  ").add(what, tone_of(verdict));
    if (host.root_cause != Cause::none) line.add(": " + title(scene.messages, host.root_cause));
    if (!assessed && !host.reason.empty())
        line.add(": " + printable(scene.messages.phrase(host.reason), text_bytes));
    return line;
}

Line evidence_line(const Scene& scene, const Evidence& evidence) {
    const auto expected = printable(evidence.expected, text_bytes);
    Line line("      " + printable(evidence.fact, text_bytes), Tone::faint);
    line.add(" = ", Tone::faint).add(printable(evidence.observed, text_bytes));
    if (expected.empty()) return line;
    const auto text = scene.messages.say({"report.expected", {{"expected", expected}}});
    return line.add("  " + text, Tone::faint);
}

void add_finding(const Scene& scene, const Finding& finding, Lines& lines) {
    const auto mark =
        "  " + std::string(glyph(finding.verdict)) + " " + printable(finding.rule, 60);
    Line line(mark, tone_of(finding.verdict));
    lines.push_back(line.add("  " + printable(scene.messages.say(finding.summary), text_bytes)));
    const auto shown = std::min(finding.evidence.size(), evidence_shown);
    for (std::size_t i = 0; i < shown; ++i) {
        lines.push_back(evidence_line(scene, finding.evidence[i]));
    }
    if (finding.evidence.size() == shown) return;
    const auto left = grouped(finding.evidence.size() - shown);
    const auto text = scene.messages.say({"report.evidence.more", {{"count", left}}});
    lines.push_back(Line("      " + text, Tone::faint));
}

// Findings that are not ok, worst first; then how many were.
void add_findings(const Scene& scene, const HostResult& host, Lines& lines) {
    std::size_t fine = 0;
    for (const auto verdict : {Verdict::broken, Verdict::at_risk, Verdict::unknown}) {
        for (const auto& finding : host.findings) {
            if (finding.verdict == verdict) add_finding(scene, finding, lines);
        }
    }
    for (const auto& finding : host.findings)
        fine += finding.verdict == Verdict::ok ? 1 : 0;
    if (fine == 0) return;
    const auto text = scene.messages.say({"report.rules.ok", {{"count", grouped(fine)}}});
    lines.push_back(Line("  ").add("✔ ", Tone::good).add(text, Tone::faint));
}

// Adds three lines for an error: where it stopped and with which code, what happened, what to do.
void add_attempt(const Scene& scene, const Attempt& attempt, Lines& lines) {
    const auto transport = printable(attempt.transport, 40);
    if (!attempt.error) {
        const std::map<std::string, std::string> arguments{
            {"transport", transport},
            {"took", duration(attempt.took)},
            {"identity", printable(attempt.identity, 80)},
        };
        const auto* key = attempt.identity.empty() ? "attempt.ok" : "attempt.ok.as";
        lines.push_back(Line("  " + scene.messages.say({key, arguments}), Tone::faint));
        return;
    }
    const auto& error = *attempt.error;
    const std::map<std::string, std::string> arguments{
        {"transport", transport},
        {"rung", std::string(rung(error.phase()))},
        {"code", std::string(to_string(error.code()))},
        {"took", duration(attempt.took)},
    };
    Line where("  " + scene.messages.say({"attempt.failed", arguments}));
    if (!error.native().empty()) where.add(" (" + printable(error.native(), 80) + ")");
    lines.push_back(where);
    if (!error.detail().empty()) lines.push_back(Line("    " + printable(error.detail(), 400)));
    if (error.hint().empty()) return;
    const auto hint = scene.messages.say(
        {"attempt.hint", {{"hint", printable(scene.messages.phrase(error.hint()), 400)}}}
    );
    lines.push_back(Line("    " + hint, Tone::strong).whole());
}

Lines lines_of(const Scene& scene, const HostResult& host) {
    Lines lines{title_line(scene, host)};
    if (const auto since = down_since(scene.messages, host); !since.empty()) {
        lines.push_back(Line("  " + printable(since, text_bytes), Tone::faint));
        if (host.verdict == Verdict::ok)
            lines.push_back(Line("  " + verdict_sentence(scene.messages, host)));
    }
    add_findings(scene, host, lines);
    for (const auto& attempt : host.attempts)
        add_attempt(scene, attempt, lines);
    return lines;
}

} // namespace

Lines host_lines(const Scene& scene, std::size_t most) {
    Lines all;
    auto left = most;
    for (std::size_t i = 0; i < scene.few.size() && left > 2; ++i) {
        auto lines = lines_of(scene, scene.few[i]);
        // What the hosts before did not use of their share, the later ones may.
        const auto share = left / (scene.few.size() - i) - 1;
        if (lines.size() > share) {
            const auto hidden = grouped(lines.size() - share + 1);
            lines.resize(share - 1);
            const auto text = scene.messages.say({"report.lines.more", {{"count", hidden}}});
            lines.push_back(Line("  " + text, Tone::faint));
        }
        left -= lines.size() + 1;
        all.push_back(Line());
        std::move(lines.begin(), lines.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace rdpsweep
