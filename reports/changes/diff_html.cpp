// Writes what changed as one page: it opens without a network, and has no script at all.
#include "core/text.hpp"
#include "reports/changes/diff_reports.hpp"
#include "reports/changes/wording.hpp"
#include "reports/html/changes.hpp"
#include "reports/html/fragment.hpp"
#include "reports/html/markup.hpp"
#include "reports/wording.hpp"

#include <algorithm>

#include "embedded/report_css.hpp"

namespace rdpsweep {

namespace {

using html::escaped;
using html::Html;
using html::number;

constexpr std::size_t hosts_on_page = 20'000; // some 5 MB; the others are in the JSON
constexpr std::size_t groups_on_page = 1'000;
constexpr std::size_t host_name_bytes = 64;

class DiffHtml : public DiffReport {
public:
    DiffHtml(Sink sink, const Catalogue& messages)
        : out_(std::move(sink)), words_(messages), messages_(messages) {}

private:
    Status write(const Difference& difference) override {
        write_head(difference);
        write_words(difference);
        write_groups(difference);
        write_changed(difference);
        out_ << "</main>\n</body>\n</html>\n";
        return out_.flush();
    }

    void write_head(const Difference& difference) {
        const auto style = Html::compiled_in<embedded::report_css>();
        const auto policy = "default-src 'none'; style-src " + html::csp_hash(style.str()) +
                            "; base-uri 'none'; form-action 'none'";
        out_ << "<!DOCTYPE html>\n<html lang=\"" + words_("report.language") +
                    "\">\n<head>\n<meta charset=utf-8>\n"
                    "<meta http-equiv=Content-Security-Policy content=\"" +
                    policy +
                    "\">\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=color-scheme content=\"light dark\">\n"
                    "<meta name=referrer content=no-referrer>\n<title>" +
                    words_("report.change.title") + "</title>\n<style>" + style +
                    "</style>\n</head>\n<body>\n<header>\n<p class=over>" +
                    escaped(difference.before.id) + " (" +
                    escaped(to_iso8601(difference.before.started)) + ") → " +
                    escaped(difference.after.id) + " (" +
                    escaped(to_iso8601(difference.after.started)) + ")</p>\n<h1>" +
                    words_("report.change.title") + "</h1>\n";
        for (const auto& sentence : change_sentences(messages_, difference))
            out_ << "<p class=lede>" + escaped(sentence) + "</p>\n";
        if (!difference.balanced())
            out_ << "<p class=alarm role=alert>✖ " + words_("report.unbalanced") + "</p>\n";
        out_ << "</header>\n<main>\n";
    }

    void open(const char* key, const std::vector<const char*>& columns) {
        out_ << "<section>\n<h2>" + words_(key) + "</h2>\n<table><thead><tr>";
        for (const auto* column : columns)
            out_ << "<th scope=col>" + words_(column);
        out_ << "\n<tbody>\n";
    }

    void close(const char* key, std::size_t left) {
        out_ << "</table>\n";
        if (left > 0) out_ << "<p>" + words_(key, {{"count", grouped(left)}}) + "\n";
        out_ << "</section>\n";
    }

    Html names(const Tally& tally) const {
        if (tally.names.empty()) return {};
        return escaped(some_names(messages_, tally.names, tally.count));
    }

    void write_words(const Difference& difference) {
        out_ << "<section>\n<h2>" + words_("report.change.hosts") + "</h2>\n" +
                    html::change_words(words_, difference) + "</section>\n";
    }

    void write_groups(const Difference& difference) {
        if (difference.groups.empty()) return;
        open(
            "report.change.findings",
            {"report.html.hosts",
             "report.change.word",
             "report.change.rule",
             "report.markdown.finding",
             "report.html.names"}
        );
        const auto shown = std::min(difference.groups.size(), groups_on_page);
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& group = difference.groups[i];
            auto words = escaped(word(messages_, group.word));
            if (group.hygiene) words += " (" + words_("report.change.hygiene") + ")";
            out_ << "<tr><td>" + number(group.hosts.count) + "<td>" + words + "<td><code>" +
                        escaped(group.rule, host_name_bytes) + "</code><td>" +
                        escaped(say(messages_, group)) + "<td>" + names(group.hosts) + "\n";
        }
        close("report.change.groups.more", difference.groups.size() - shown);
    }

    void write_changed(const Difference& difference) {
        if (difference.changed.empty()) return;
        open(
            "report.change.changed",
            {"report.change.host", "report.change.word", "report.change.detail"}
        );
        const auto shown = std::min(difference.changed.size(), hosts_on_page);
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& host = difference.changed[i];
            out_ << "<tr><td>" + escaped(host.name, host_name_bytes) + "<td>" +
                        escaped(word(messages_, host.word)) + "<td>" +
                        escaped(change_detail(messages_, difference, host), 1000) + "\n";
        }
        close("report.change.more", difference.changed.size() - shown);
    }

    html::HtmlOutput out_;
    html::Words words_;
    const Catalogue& messages_;
};

} // namespace

std::unique_ptr<Reporter>
make_diff_html(Sink sink, const Catalogue& messages, ReportOptions /*options*/) {
    return std::make_unique<DiffHtml>(std::move(sink), messages);
}

} // namespace rdpsweep
