// Writes the list of the hosts with nothing to do: the healthy, those without an RDP server, and
// apart from them those that are known by a disk on which nothing was found.
#include "reports/html/sections.hpp"

namespace rdpsweep::html {

namespace {

void write_table(const Page& page, std::string_view kind, const Html& caption, Html& rows) {
    const auto& words = page.words;
    page.out << "<details class=\"all " << escaped(kind) << "\"><summary>" << caption
             << "</summary>\n<table class=r><thead><tr>";
    for (const auto* key :
         {"report.html.name",
          "report.html.address",
          "report.html.windows_build",
          "report.html.transport",
          "report.html.hygiene"}) {
        page.out << "<th scope=col>" << words(key);
    }
    page.out << "\n<tbody>\n" << rows << "</table>\n</details>\n";
    rows.clear();
}

} // namespace

void write_healthy(const Page& page) {
    auto& rendered = page.rendered;
    const auto& totals = page.report.totals;
    if (rendered.healthy_rows.empty() && rendered.disk_rows.empty() &&
        rendered.not_applicable_rows.empty())
        return;
    page.out << "<section aria-labelledby=healthy>\n<h2 id=healthy>"
             << page.words("report.html.healthy") << "</h2>\n";
    const auto caption = [&page](Verdict verdict, std::size_t count) {
        return "<span class=n>" + number(count) + "</span> " + page.words(verdict);
    };
    const auto disks = totals.disk_alone(Verdict::ok);
    if (const auto count = totals.of(Verdict::ok); count > disks) {
        write_table(page, "ok", caption(Verdict::ok, count - disks), rendered.healthy_rows);
    }
    if (disks > 0) {
        const auto words = page.words("report.verdict.ok_disk") + ": " + page.words("judge.disk");
        const auto title = "<span class=n>" + number(disks) + "</span> " + words;
        write_table(page, "ok", title, rendered.disk_rows);
    }
    if (const auto count = totals.of(Verdict::not_applicable); count > 0) {
        const auto verdict = Verdict::not_applicable;
        write_table(page, "ok", caption(verdict, count), rendered.not_applicable_rows);
    }
    page.out << "</section>\n";
}

} // namespace rdpsweep::html
