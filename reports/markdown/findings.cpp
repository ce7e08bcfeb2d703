// The sections of the summary that say what was found, and what could not be looked at.
#include "reports/markdown/summary.hpp"
#include "reports/wording.hpp"

#include <algorithm>

namespace rdpsweep::markdown {

namespace {

constexpr std::size_t kinds_shown = 40; // of one cause
constexpr std::size_t days_shown = 31;
constexpr std::size_t obstacles_shown = 40;

} // namespace

void Summary::write_groups(const std::vector<const Group*>& groups) {
    table(
        {"report.html.hosts",
         "report.markdown.verdict",
         "report.markdown.finding",
         "report.html.names"}
    );
    const auto shown = std::min(groups.size(), kinds_shown);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& group = *groups[i];
        Tally tally;
        for (const auto& name : group.target_names)
            tally.add(name, tally.count);
        document_.add(row(
            {grouped(tally.count),
             verdict(group.verdict),
             escaped(summary(messages_, group)),
             names(tally)}
        ));
    }
    if (const auto left = groups.size() - shown; left > 0) {
        document_.add("\n" + say("report.groups.more", {{"count", grouped(left)}}) + "\n");
    }
}

void Summary::write_causes() {
    heading("report.causes");
    const auto causes = causes_of(report_);
    if (causes.empty()) {
        const bool any = report_.totals.of(Outcome::assessed) > 0;
        document_.add(say(any ? "report.causes.none" : "report.causes.nothing_assessed") + "\n");
    }
    for (const auto& cause : causes) {
        document_.add("\n### " + escaped(title(messages_, cause.cause)) + "\n\n");
        const auto key = "cause." + std::string(to_string(cause.cause)) + ".what";
        if (messages_.has(key)) document_.add(escaped(messages_.text(key)) + "\n\n");
        write_groups(cause.groups);
        if (const auto rule = rule_behind(digest_, cause); !rule.empty()) {
            document_.add(
                "\n" + say("report.html.explain") + " " + code("rdpsweep explain " + rule) + "\n"
            );
        }
    }
}

void Summary::write_days() {
    const auto& days = digest_.at_risk_by_day;
    if (days.empty()) return;
    heading("report.at_risk");
    table({"report.html.day", "report.html.hosts", "report.html.names"});
    std::size_t shown = 0;
    for (const auto& [day, tally] : days) {
        if (++shown > days_shown) break;
        document_.add(row({day, grouped(tally.count), names(tally)}));
    }
    if (days.size() <= days_shown) return;
    const auto left = grouped(days.size() - days_shown);
    document_.add("\n" + say("report.days.more", {{"count", left}}) + "\n");
}

void Summary::write_not_judged() {
    const auto groups = not_judged(report_);
    if (groups.empty()) return;
    heading("report.not_judged");
    write_groups(groups);
}

std::string Summary::obstacle_cell(const Obstacle& obstacle, const Obstructed& obstructed) const {
    if (obstacle.rung.empty()) return escaped(messages_.phrase(obstacle.reason));
    auto text = say("report.obstacle", {{"rung", obstacle.rung}, {"code", obstacle.code}});
    if (!obstructed.native.empty()) text += " " + code(obstructed.native);
    if (obstructed.hint.empty()) return text;
    return text + "<br>" + say("attempt.hint", {{"hint", messages_.phrase(obstructed.hint)}});
}

void Summary::write_not_assessed() {
    if (digest_.not_assessed.empty()) return;
    heading("report.not_assessed");
    table(
        {"report.html.hosts",
         "report.markdown.outcome",
         "report.markdown.reason",
         "report.html.names"}
    );
    std::size_t shown = 0;
    std::size_t left = 0;
    for (const auto& [obstacle, obstructed] : digest_.not_assessed) {
        if (++shown > obstacles_shown) {
            left += obstructed.hosts.count;
            continue;
        }
        document_.add(row(
            {grouped(obstructed.hosts.count),
             escaped(word(messages_, obstacle.outcome)),
             obstacle_cell(obstacle, obstructed),
             names(obstructed.hosts)}
        ));
    }
    if (left == 0) return;
    document_.add("\n" + say("report.not_assessed.more", {{"count", grouped(left)}}) + "\n");
}

} // namespace rdpsweep::markdown
