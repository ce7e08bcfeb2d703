// Writes the head, the first screen with its bar and tiles, and the foot of the page.
#include "reports/html/page.hpp"

#include "core/text.hpp"
#include "reports/wording.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "embedded/report_css.hpp"
#include "embedded/report_js.hpp"

namespace rdpsweep::html {

namespace {

// The least share of the bar that can still be seen, in per cent.
constexpr double sliver = 0.6;

Html in_quotes(const Html& value) {
    return "\"" + value + "\"";
}

Html fixed(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return escaped(std::string_view(text));
}

// Returns a stacked bar as SVG: attributes only, since the policy forbids inline styles. Slivers
// are widened so that one host of ten thousand can be seen; the numbers beside it are exact.
Html bar(const Words& words, const Totals& totals) {
    std::vector<double> shares;
    double sum = 0;
    for (const auto outcome : all_outcomes()) {
        const auto whole = std::max<std::size_t>(totals.targets, 1);
        auto share = 100.0 * static_cast<double>(totals.of(outcome)) / static_cast<double>(whole);
        if (share > 0) share = std::max(share, sliver);
        shares.push_back(share);
        sum += share;
    }
    const auto share = percent(totals.of(Outcome::assessed), totals.targets);
    auto svg = "<svg class=bar role=img aria-label=" +
               in_quotes(words("report.complete", {{"percent", share}})) +
               " viewBox=\"0 0 100 4\" preserveAspectRatio=none>";
    double x = 0;
    auto next = shares.begin();
    for (const auto outcome : all_outcomes()) {
        const auto part = *next++;
        if (part <= 0) continue;
        const auto width = part * 100.0 / sum;
        svg += "<rect class=" + escaped(to_string(outcome)) + " x=" + fixed(x) +
               " width=" + fixed(width) + " height=4 />";
        x += width;
    }
    return svg + "</svg>\n";
}

Html legend(const Words& words, const Totals& totals) {
    auto list = "<ul class=legend>\n<li><b>" + number(totals.targets) + "</b> " +
                words("report.html.targets") + " =\n";
    Html plus;
    for (const auto outcome : all_outcomes()) {
        list += "<li>" + plus + "<span class=\"key " + escaped(to_string(outcome)) +
                "\"></span><b>" + number(totals.of(outcome)) + "</b> " +
                escaped(word(words.catalogue(), outcome)) + "\n";
        plus = "+ ";
    }
    return list + "</ul>\n";
}

Html tiles(const Words& words, const Totals& totals) {
    Html list = "<ul class=tiles>\n";
    for (const auto verdict : all_verdicts()) {
        const auto count = totals.of(verdict);
        const auto quiet = count == 0 ? Html(" none") : Html();
        list += "<li class=\"tile " + escaped(to_string(verdict)) + quiet + "\"><b>" +
                number(count) + "</b><span>" + words(verdict) + "</span>\n";
    }
    return list + "</ul>\n";
}

Html detail(const Html& name, const Html& value) {
    return value.empty() ? Html() : "<dt>" + name + "<dd>" + value + "\n";
}

Html toggle(std::string_view name, const Html& label) {
    return "<button type=button aria-pressed=true data-shows=" + escaped(name) + ">" + label +
           "</button>\n";
}

} // namespace

Html page_head(const Words& words, const FleetReport& report) {
    const auto& run = report.run;
    const auto style = Html::compiled_in<embedded::report_css>();
    const auto policy = "default-src 'none'; style-src " + csp_hash(style.str()) + "; script-src " +
                        csp_hash(embedded::report_js) + "; base-uri 'none'; form-action 'none'";
    return "<!DOCTYPE html>\n<html lang=" + in_quotes(words("report.language")) +
           ">\n<head>\n<meta charset=utf-8>\n<meta http-equiv=Content-Security-Policy content=" +
           in_quotes(policy) +
           ">\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=color-scheme content=\"light dark\">\n"
           "<meta name=referrer content=no-referrer>\n<title>" +
           words("report.html.title") + " " + escaped(run.id) + "</title>\n<style>" + style +
           "</style>\n</head>\n<body>\n<a class=skip href=#causes>" + words("report.html.skip") +
           "</a>\n<header>\n<p class=over>rdpsweep " + escaped(run.version) + " · " +
           escaped(run.id) + " · " + escaped(to_iso8601(run.started)) + "</p>\n<h1>" +
           words("report.html.title") + "</h1>\n<p class=lede>" +
           escaped(headline(words.catalogue(), report.totals)) + "</p>\n</header>\n<main>\n";
}

Html completeness(const Words& words, const Totals& totals) {
    auto section = "<section aria-labelledby=complete>\n<h2 id=complete>" +
                   words("report.html.completeness") + "</h2>\n" + bar(words, totals) +
                   legend(words, totals);
    if (!totals.balanced()) {
        section += "<p class=alarm role=alert>✖ " + words("report.unbalanced") + "</p>\n";
    }
    section += tiles(words, totals);
    if (const auto disks = disks_sentence(words.catalogue(), totals); !disks.empty())
        section += "<p>○ " + escaped(disks) + "</p>\n";
    return section + "</section>\n";
}

Html tools(const Words& words, const Archive& archive) {
    auto form = "<div id=tools class=tools role=search hidden>\n<label for=filter>" +
                words("report.html.filter") +
                "</label>\n<input id=filter type=search aria-keyshortcuts=/ autocomplete=off "
                "spellcheck=false "
                "placeholder=" +
                in_quotes(words("report.html.keys")) +
                ">\n"
                "<div role=group aria-label=" +
                in_quotes(words("report.html.show")) + ">\n";
    for (const auto verdict : {Verdict::broken, Verdict::at_risk, Verdict::unknown, Verdict::ok}) {
        form += toggle(to_string(verdict), words(verdict));
    }
    form += toggle("obstacle", words("report.not_assessed"));
    form += "</div>\n<output id=matches data-text=" + in_quotes(words("report.html.matches")) +
            "></output>\n</div>\n";
    if (archive.empty()) return form;
    return form + "<noscript><p class=alarm>" + words("report.html.packed") + "</p></noscript>\n";
}

Html run_details(const Words& words, const RunInfo& run) {
    const auto took = std::chrono::seconds(std::max<std::int64_t>(run.finished - run.started, 0));
    Html arguments;
    for (const auto& argument : run.args)
        arguments += escaped(argument) + " ";
    const auto code = [](const Html& text) {
        return text.empty() ? text : "<code>" + text + "</code>";
    };
    return "<section aria-labelledby=run>\n<h2 id=run>" + words("report.html.run") +
           "</h2>\n<dl>\n" + detail(words("report.html.run.id"), code(escaped(run.id))) +
           detail(words("report.html.run.started"), escaped(to_iso8601(run.started))) +
           detail(words("report.html.run.took"), escaped(duration(took))) +
           detail(words("report.html.run.version"), escaped(run.version)) +
           detail(words("report.html.run.collector"), code(escaped(run.collector_sha256))) +
           detail(words("report.html.run.args"), code(arguments)) + "</dl>\n<p>" +
           words("report.html.schema") + "</p>\n</section>\n";
}

Html page_foot(Archive& archive) {
    return archive.element() + "</main>\n<script>" + Html::compiled_in<embedded::report_js>() +
           "</script>\n</body>\n</html>\n";
}

} // namespace rdpsweep::html
