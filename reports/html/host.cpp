// Writes the HTML of one host, from its compact row down to each rung of each attempt.
#include "reports/html/host.hpp"

#include "core/text.hpp"
#include "reports/digest.hpp"
#include "reports/host_build.hpp"
#include "reports/wording.hpp"

#include <algorithm>

namespace rdpsweep::html {

namespace {

// What the page holds of one host. The rest is in the JSON report.
constexpr std::size_t name_bytes = 64;
constexpr std::size_t value_bytes = 240;
constexpr std::size_t findings_shown = 8;
constexpr std::size_t evidence_shown = 6; // of one finding
constexpr std::size_t attempts_shown = 6;
constexpr std::size_t noise_bytes = 300;

std::string build_of(const HostResult& host) {
    const auto build = os_build(host.facts_json);
    return build == 0 ? std::string() : std::to_string(build);
}

Html transport_of(const Words& words, const HostResult& host) {
    auto text = escaped(transport_used(host), name_bytes);
    const auto since = down_since(words.catalogue(), host);
    return since.empty() ? text : text + ": " + escaped(since, value_bytes);
}

// Rules of hygiene that are not met; they never move the verdict.
Html hygiene_of(const HostResult& host) {
    Html rules;
    for (const auto& finding : host.findings) {
        if (finding.verdict != Verdict::broken && finding.verdict != Verdict::at_risk) continue;
        if (!rules.empty()) rules += " ";
        rules += escaped(finding.rule, name_bytes);
    }
    return rules;
}

// Returns "step 2.3, read directly"
Html provenance(const Words& words, const Finding& finding) {
    const auto how = "report.confidence." + std::string(to_string(finding.confidence));
    auto text = words(how);
    if (finding.article_step.empty()) return text;
    return words("report.html.step", {{"step", finding.article_step}}) + ", " + text;
}

Html evidence_row(const Evidence& evidence) {
    return "<tr><td>" + escaped(evidence.fact, value_bytes) + "<td>" +
           escaped(evidence.observed, value_bytes) + "<td>" +
           escaped(evidence.expected, value_bytes) + "\n";
}

Html finding_rows(const Words& words, const Finding& finding) {
    auto rows = "<tbody><tr class=" + escaped(to_string(finding.verdict)) +
                "><th colspan=3 scope=rowgroup><b>" + words(finding.verdict) + "</b> <code>" +
                escaped(finding.rule, name_bytes) + "</code> " + words(finding.summary) +
                " <small>" + provenance(words, finding) + "</small>\n";
    const auto shown = std::min(finding.evidence.size(), evidence_shown);
    for (std::size_t i = 0; i < shown; ++i)
        rows += evidence_row(finding.evidence[i]);
    if (shown == finding.evidence.size()) return rows;
    const auto left = grouped(finding.evidence.size() - shown);
    return rows + "<tr><td colspan=3>" + words("report.evidence.more", {{"count", left}}) + "\n";
}

std::vector<const Finding*> findings_to_show(const HostResult& host) {
    std::vector<const Finding*> findings;
    for (const auto& finding : host.findings) {
        const bool fine =
            finding.verdict == Verdict::ok || finding.verdict == Verdict::not_applicable;
        if (!fine) findings.push_back(&finding);
    }
    std::stable_sort(findings.begin(), findings.end(), [](const Finding* a, const Finding* b) {
        return a->verdict > b->verdict;
    });
    return findings;
}

Html findings_table(const Words& words, const HostResult& host) {
    const auto findings = findings_to_show(host);
    if (findings.empty()) return {};
    auto table = "<table class=e><thead><tr><th scope=col>" + words("report.html.fact") +
                 "<th scope=col>" + words("report.html.observed") + "<th scope=col>" +
                 words("report.html.expected") + "\n";
    const auto shown = std::min(findings.size(), findings_shown);
    for (std::size_t i = 0; i < shown; ++i)
        table += finding_rows(words, *findings[i]);
    table += "</table>\n";
    if (shown == findings.size()) return table;
    const auto left = grouped(findings.size() - shown);
    return table + "<p>" + words("report.findings.more", {{"count", left}}) + "\n";
}

Html failed_attempt(const Words& words, const Attempt& attempt) {
    const auto& error = *attempt.error;
    auto text = words(
        "attempt.failed",
        {{"transport", attempt.transport},
         {"rung", std::string(rung(error.phase()))},
         {"code", std::string(to_string(error.code()))},
         {"took", duration(attempt.took)}}
    );
    if (!error.native().empty()) text += " (" + escaped(error.native(), value_bytes) + ")";
    if (!error.detail().empty()) text += "<br>" + escaped(error.detail(), value_bytes);
    if (error.hint().empty()) return text;
    const auto hint = printable(words.catalogue().phrase(error.hint()), value_bytes);
    return text + "<br><b>" + words("attempt.hint", {{"hint", hint}}) + "</b>";
}

Html worked_attempt(const Words& words, const Attempt& attempt) {
    return words(
        attempt.identity.empty() ? "attempt.ok" : "attempt.ok.as",
        {{"transport", attempt.transport},
         {"took", duration(attempt.took)},
         {"identity", attempt.identity}}
    );
}

// Returns "dns 3 ms · tcp 12 ms · tls 38 ms"
Html rungs_of(const Attempt& attempt) {
    Html text;
    for (const auto& [phase, took] : attempt.rungs) {
        if (!text.empty()) text += " · ";
        text += escaped(rung(phase)) + " " + escaped(duration(took));
    }
    return text.empty() ? text : "<br><small>" + text + "</small>";
}

Html attempt_item(const Words& words, const Attempt& attempt) {
    auto item = "<li>" +
                (attempt.error ? failed_attempt(words, attempt) : worked_attempt(words, attempt)) +
                rungs_of(attempt);
    for (const auto& note : attempt.notes)
        item += "<br>! " + words(note);
    return item + "\n";
}

Html attempts_list(const Words& words, const HostResult& host) {
    if (host.attempts.empty()) return {};
    Html list = "<ul class=a>\n";
    const auto shown = std::min(host.attempts.size(), attempts_shown);
    for (std::size_t i = 0; i < shown; ++i)
        list += attempt_item(words, host.attempts[i]);
    list += "</ul>\n";
    if (shown == host.attempts.size()) return list;
    const auto left = grouped(host.attempts.size() - shown);
    return list + "<p>" + words("report.attempts.more", {{"count", left}}) + "\n";
}

// Returns name, address, build, transport and change: what tells one line of a list from the next.
Html label(const Words& words, const HostResult& host, const Html& change) {
    auto text = "<b>" + escaped(host.target.name, name_bytes) + "</b>";
    const auto add = [&text](const Html& part) {
        if (!part.empty()) text += " <i>" + part + "</i>";
    };
    if (host.target.address != host.target.name) add(escaped(host.target.address, name_bytes));
    if (const auto build = build_of(host); !build.empty()) {
        add(words("report.html.build", {{"build", build}}));
    }
    add(transport_of(words, host));
    if (!change.empty()) text += " <b class=change>" + change + "</b>";
    return text;
}

} // namespace

Html host_row(const Words& words, const HostResult& host, const Html& change) {
    const auto changed = change.empty() ? change : " <b class=change>" + change + "</b>";
    return "<tr><td>" + escaped(host.target.name, name_bytes) + changed + "<td>" +
           escaped(host.target.address, name_bytes) + "<td>" + escaped(build_of(host)) + "<td>" +
           transport_of(words, host) + "<td>" + hygiene_of(host) + "\n";
}

Html host_evidence(const Words& words, const HostResult& host) {
    auto inside = findings_table(words, host) + attempts_list(words, host);
    if (host.outcome == Outcome::assessed || host.noise.empty()) return inside;
    return inside + "<p>" + words("report.html.noise") + " <code>" +
           escaped(host.noise, noise_bytes) + "</code>\n";
}

Html host_details(
    const Words& words, const HostResult& host, const Html& change, const Html& evidence
) {
    const auto line = label(words, host, change);
    if (evidence.empty()) return "<div class=h>" + line + "</div>\n";
    return "<details class=h><summary>" + line + "</summary>\n" + evidence + "</details>\n";
}

Html host_packed(
    const Words& words, const HostResult& host, const Html& change, std::size_t number
) {
    return "<details class=h data-e=" + escaped(std::to_string(number)) + "><summary>" +
           label(words, host, change) + "</summary></details>\n";
}

} // namespace rdpsweep::html
