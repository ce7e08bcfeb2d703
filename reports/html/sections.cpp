// Writes the sections that list hosts: causes, risks, what was not judged or not assessed. The
// healthy are in healthy.cpp.
#include "reports/html/sections.hpp"

#include "reports/wording.hpp"

#include <algorithm>
#include <vector>

namespace rdpsweep::html {

namespace {

constexpr std::size_t groups_shown = 8;    // of one cause at first sight; the rest opens
constexpr std::size_t groups_listed = 200; // by themselves; the rest is thrown together
constexpr std::size_t days_shown = 31;

// Opens a section with its heading; the caller writes the end.
void open_section(const Page& page, std::string_view id, std::string_view heading) {
    page.out << "<section aria-labelledby=" << escaped(id) << ">\n<h2 id=" << escaped(id) << ">"
             << page.words(heading) << "</h2>\n";
}

void close_section(const Page& page) {
    page.out << "</section>\n";
}

void write_group(const Page& page, const Group& group) {
    const auto& words = page.words;
    page.out << "<details class=\"g " << escaped(to_string(group.verdict))
             << "\"><summary><span class=n>" << number(group.target_names.size()) << "</span> <b>"
             << words(group.verdict) << "</b> " << escaped(summary(words.catalogue(), group))
             << " <small>"
             << words("report.html.variant", {{"signature", group.signature.substr(0, 8)}})
             << "</small></summary>\n";
    // Taken out, so that two groups never show the same hosts and nothing is kept twice.
    auto hosts = page.rendered.grouped.extract(key_of(group));
    if (!hosts.empty()) page.out << hosts.mapped();
    page.out << "</details>\n";
}

// Where nearly every host is broken in its own way, a heading for each would be most of the page.
void write_thrown_together(const Page& page, const std::vector<const Group*>& groups) {
    for (const auto verdict : {Verdict::broken, Verdict::at_risk, Verdict::unknown}) {
        std::size_t kinds = 0;
        std::size_t count = 0;
        Html hosts;
        for (auto i = groups_listed; i < groups.size(); ++i) {
            if (groups[i]->verdict != verdict) continue;
            ++kinds;
            count += groups[i]->target_names.size();
            auto some = page.rendered.grouped.extract(key_of(*groups[i]));
            if (!some.empty()) hosts += some.mapped();
        }
        if (kinds == 0) continue;
        page.out << "<details class=\"g " << escaped(to_string(verdict))
                 << "\"><summary><span class=n>" << number(count) << "</span> <b>"
                 << page.words(verdict) << "</b> "
                 << page.words("report.html.groups.more", {{"count", grouped(kinds)}})
                 << "</summary>\n"
                 << hosts << "</details>\n";
    }
}

void write_groups(const Page& page, const std::vector<const Group*>& groups) {
    const auto shown = std::min(groups.size(), groups_shown);
    for (std::size_t i = 0; i < shown; ++i)
        write_group(page, *groups[i]);
    if (shown == groups.size()) return;
    const auto left = grouped(groups.size() - shown);
    page.out << "<details class=more><summary>"
             << page.words("report.html.groups.more", {{"count", left}}) << "</summary>\n";
    for (auto i = shown; i < std::min(groups.size(), groups_listed); ++i)
        write_group(page, *groups[i]);
    write_thrown_together(page, groups);
    page.out << "</details>\n";
}

// Counts of a cause: "✖ broken 120, ▲ at risk 14".
Html counts(const Words& words, const CauseGroups& cause) {
    Html text;
    const auto add = [&](Verdict verdict, std::size_t count) {
        if (count == 0) return;
        text += " <span class=\"pill " + escaped(to_string(verdict)) + "\">" + number(count) + " " +
                words(verdict) + "</span>";
    };
    add(Verdict::broken, cause.broken);
    add(Verdict::at_risk, cause.at_risk);
    return text;
}

void write_cause(const Page& page, const CauseGroups& cause) {
    const auto& words = page.words;
    const auto& messages = words.catalogue();
    const auto name = std::string(to_string(cause.cause));
    page.out << "<details class=cause open id=cause-" << escaped(name) << "><summary><h3>"
             << escaped(title(messages, cause.cause)) << "</h3>" << counts(words, cause)
             << "</summary>\n";
    if (const auto key = "cause." + name + ".what"; messages.has(key)) {
        page.out << "<p>" << words(key) << "\n";
    }
    if (const auto rule = rule_behind(page.digest, cause); !rule.empty()) {
        page.out << "<p class=try>" << words("report.html.explain") << " <code>rdpsweep explain "
                 << escaped(rule) << "</code>\n";
    }
    write_groups(page, cause.groups);
    page.out << "</details>\n";
}

// Returns how far up a rung is; what has no rung comes last.
int height(const std::string& name) {
    for (auto i = 0; i <= static_cast<int>(Phase::internal); ++i) {
        if (rung(static_cast<Phase>(i)) == name) return i;
    }
    return static_cast<int>(Phase::internal) + 1;
}

using Row = std::pair<const Obstacle*, const Obstructed*>;

std::vector<Row> obstacles(const Digest& digest) {
    std::vector<Row> rows;
    for (const auto& [obstacle, obstructed] : digest.not_assessed) {
        rows.emplace_back(&obstacle, &obstructed);
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        const auto rank = [](const Row& row) {
            return std::tuple(height(row.first->rung), ~row.second->hosts.count);
        };
        return rank(a) < rank(b);
    });
    return rows;
}

void write_obstacle(const Page& page, const Row& row) {
    const auto& [obstacle, obstructed] = row;
    const auto& words = page.words;
    page.out << "<details class=\"g obstacle\"><summary><span class=n>"
             << number(obstructed->hosts.count) << "</span> <b>"
             << escaped(word(words.catalogue(), obstacle->outcome)) << "</b> ";
    if (obstacle->code.empty()) {
        page.out << escaped(words.catalogue().phrase(obstacle->reason));
    } else {
        page.out << "<code>" << escaped(obstacle->code) << "</code>";
    }
    if (!obstructed->native.empty())
        page.out << " <small>" << escaped(obstructed->native, 80) << "</small>";
    page.out << "</summary>\n";
    if (!obstructed->hint.empty()) {
        page.out << "<p class=try>"
                 << words("attempt.hint", {{"hint", words.catalogue().phrase(obstructed->hint)}})
                 << "\n";
    }
    auto hosts = page.rendered.obstructed.extract(*obstacle);
    if (!hosts.empty()) page.out << hosts.mapped();
    page.out << "</details>\n";
}

} // namespace

void write_warnings(const Page& page) {
    const auto& words = page.words;
    const auto& run = page.report.run;
    if (run.warnings.empty() && page.digest.notes.empty() && !run.interrupted) return;
    open_section(page, "warnings", "report.html.warnings");
    page.out << "<ul class=warnings>\n";
    if (run.interrupted) page.out << "<li>" << words("report.interrupted") << "\n";
    for (const auto& warning : run.warnings)
        page.out << "<li>" << words(warning) << "\n";
    for (const auto& [key, noted] : page.digest.notes) {
        page.out << "<li>" << words.hosts(noted.hosts.count) << ": "
                 << escaped(say_of_many(words.catalogue(), noted.first)) << "\n";
    }
    page.out << "</ul>\n";
    close_section(page);
}

void write_causes(const Page& page) {
    open_section(page, "causes", "report.causes");
    const auto causes = causes_of(page.report);
    if (causes.empty()) {
        const bool any = page.report.totals.of(Outcome::assessed) > 0;
        page.out << "<p>"
                 << page.words(any ? "report.causes.none" : "report.causes.nothing_assessed")
                 << "\n";
    }
    for (const auto& cause : causes)
        write_cause(page, cause);
    close_section(page);
}

void write_at_risk(const Page& page) {
    const auto& days = page.digest.at_risk_by_day;
    if (days.empty()) return;
    const auto& words = page.words;
    open_section(page, "at-risk", "report.at_risk");
    page.out << "<table class=days><thead><tr><th scope=col>" << words("report.html.day")
             << "<th scope=col>" << words("report.html.hosts") << "<th scope=col>"
             << words("report.html.names") << "\n<tbody>\n";
    std::size_t shown = 0;
    for (const auto& [day, tally] : days) {
        if (++shown > days_shown) break;
        page.out << "<tr><td>" << escaped(day) << "<td>" << number(tally.count) << "<td>"
                 << escaped(some_names(words.catalogue(), tally.names, tally.count)) << "\n";
    }
    page.out << "</table>\n";
    if (days.size() > days_shown) {
        const auto left = grouped(days.size() - days_shown);
        page.out << "<p>" << words("report.days.more", {{"count", left}}) << "\n";
    }
    close_section(page);
}

void write_not_judged(const Page& page) {
    const auto groups = not_judged(page.report);
    if (groups.empty()) return;
    open_section(page, "not-judged", "report.not_judged");
    write_groups(page, groups);
    close_section(page);
}

void write_ungrouped(const Page& page) {
    if (page.rendered.grouped.empty()) return;
    const auto& words = page.words;
    open_section(page, "ungrouped", "report.html.ungrouped");
    for (auto& [key, hosts] : page.rendered.grouped) {
        const auto& [cause, verdict, signature] = key;
        page.out << "<details class=\"g " << escaped(to_string(verdict)) << "\"><summary><b>"
                 << words(verdict) << "</b> " << escaped(title(words.catalogue(), cause))
                 << "</summary>\n"
                 << hosts << "</details>\n";
    }
    close_section(page);
}

void write_not_assessed(const Page& page) {
    const auto rows = obstacles(page.digest);
    if (rows.empty()) return;
    open_section(page, "not-assessed", "report.not_assessed");
    const std::string* rung_before = nullptr;
    for (const auto& row : rows) {
        const auto& name = row.first->rung;
        if (rung_before == nullptr || *rung_before != name) {
            const auto key = "report.rung." + (name.empty() ? std::string("none") : name);
            page.out << "<h3>" << page.words(key) << "</h3>\n";
        }
        rung_before = &name;
        write_obstacle(page, row);
    }
    close_section(page);
}

} // namespace rdpsweep::html
