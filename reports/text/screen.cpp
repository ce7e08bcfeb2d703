// Writes the parts of the screen around the causes: header, sums, warnings, risks, obstacles, next
// steps.
#include "reports/text/screen.hpp"

#include "core/text.hpp"
#include "reports/changes/wording.hpp"
#include "reports/text/rows.hpp"
#include "reports/wording.hpp"

#include <algorithm>
#include <utility>

namespace rdpsweep {

namespace {

constexpr std::size_t summary_bytes = 200;
constexpr std::size_t bar_columns = 40;

using Arguments = std::map<std::string, std::string>;

// Returns "[████████████████████████████████████    ]  94.1 % assessed"
Line bar_line(const Scene& scene) {
    const auto& totals = scene.report.totals;
    const auto assessed = totals.of(Outcome::assessed);
    auto full = totals.targets == 0 ? 0 : assessed * bar_columns / totals.targets;
    if (assessed > 0 && full == 0) full = 1;
    std::string done;
    for (std::size_t i = 0; i < full; ++i)
        done += "█";
    std::string missing;
    for (auto i = full; i < bar_columns; ++i)
        missing += "░";
    const auto share = percent(assessed, totals.targets);
    return Line("  ")
        .add(done, Tone::strong)
        .add(missing, Tone::faint)
        .add("  " + scene.messages.say({"report.complete", {{"percent", share}}}));
}

Line verdicts_line(const Scene& scene) {
    Line line("  ");
    for (const auto verdict : all_verdicts()) {
        const auto count = scene.report.totals.of(verdict);
        if (count == 0 && verdict == Verdict::not_applicable) continue;
        const auto tone = count == 0 ? Tone::faint : tone_of(verdict);
        const auto mark = std::string(glyph(verdict)) + " " + grouped(count) + " ";
        line.add(mark + word(scene.messages, verdict), tone).add("   ");
    }
    return line;
}

Line obstacle_line(const Scene& scene, const Obstacle& obstacle, const Obstructed& obstructed) {
    Line line(right_aligned(obstructed.hosts.count));
    line.add(word(scene.messages, obstacle.outcome), Tone::strong).add("  ");
    if (obstacle.rung.empty()) {
        line.add(printable(scene.messages.phrase(obstacle.reason)));
    } else {
        line.add(scene.messages.say(
            {"report.obstacle", {{"rung", obstacle.rung}, {"code", obstacle.code}}}
        ));
        if (!obstructed.native.empty()) line.add(" (" + printable(obstructed.native, 40) + ")");
    }
    return line.add("  ").add(names(scene, obstructed.hosts), Tone::faint);
}

} // namespace

Lines header_lines(const Scene& scene) {
    const auto& run = scene.report.run;
    const auto took = std::chrono::seconds(std::max<std::int64_t>(run.finished - run.started, 0));
    const Arguments arguments{
        {"version", printable(run.version, 40)},
        {"run", printable(run.id, 80)},
        {"started", to_iso8601(run.started)},
        {"took", duration(took)},
    };
    return {Line(scene.messages.say({"report.header", arguments}), Tone::strong), Line()};
}

Lines change_lines(const Scene& scene) {
    if (scene.difference == nullptr) return {};
    constexpr std::size_t most = 5; // sentences
    Lines lines;
    for (const auto& sentence : change_sentences(scene.messages, *scene.difference)) {
        if (lines.size() < most) lines.push_back(Line(sentence, Tone::strong).whole());
    }
    const auto& [before, after] =
        std::pair(scene.difference->before.id, scene.difference->after.id);
    const auto command =
        "  rdpsweep diff " + printable(before, 80).str() + " " + printable(after, 80).str();
    lines.push_back(Line(command)
                        .add("   " + scene.messages.text("report.change.next.diff"), Tone::faint)
                        .whole());
    lines.emplace_back();
    return lines;
}

Lines completeness_lines(const Scene& scene) {
    const auto& totals = scene.report.totals;
    Arguments arguments{{"targets", grouped(totals.targets)}};
    for (const auto outcome : all_outcomes()) {
        arguments[std::string(to_string(outcome))] = grouped(totals.of(outcome));
    }
    Lines lines{Line("  " + scene.messages.say({"report.sum", arguments}))};
    lines.push_back(bar_line(scene));
    lines.push_back(verdicts_line(scene));
    if (const auto disks = disks_sentence(scene.messages, totals); !disks.empty())
        lines.push_back(Line("  ○ " + disks, Tone::warning));
    if (!totals.balanced()) {
        lines.push_back(Line("✖ " + scene.messages.text("report.unbalanced"), Tone::bad));
    }
    return lines;
}

Lines warning_lines(const Scene& scene, std::size_t most) {
    std::vector<std::string> all;
    if (scene.report.run.interrupted) all.push_back(scene.messages.text("report.interrupted"));
    for (const auto& warning : scene.report.run.warnings) {
        all.push_back(printable(scene.messages.say(warning), summary_bytes));
    }
    for (const auto& [key, noted] : scene.digest.notes) {
        const auto text = say_of_many(scene.messages, noted.first);
        const auto who = hosts(scene.messages, noted.hosts.count);
        all.push_back(who + ": " + printable(text, summary_bytes));
    }
    if (all.empty()) return {};
    Lines lines{Line()};
    const bool cut = all.size() > most;
    const auto shown = cut ? most - 1 : all.size();
    for (std::size_t i = 0; i < shown; ++i)
        lines.push_back(Line("! " + all[i], Tone::warning));
    if (cut) lines.push_back(more_line(scene, "report.warnings.more", all.size() - shown));
    return lines;
}

Lines at_risk_lines(const Scene& scene, std::size_t most) {
    const auto& days = scene.digest.at_risk_by_day;
    if (days.empty()) return {};
    auto lines = headed(scene, "report.at_risk");
    const auto limit = lines.size() + most;
    std::size_t left = days.size();
    for (const auto& [day, tally] : days) {
        if (lines.size() + 1 == limit && left > 1) break;
        --left;
        lines.push_back(Line("  ")
                            .add("▲ " + day, Tone::warning)
                            .add(right_aligned(tally.count))
                            .add(names(scene, tally), Tone::faint));
    }
    if (left > 0) lines.push_back(more_line(scene, "report.days.more", left));
    return lines;
}

Lines not_assessed_lines(const Scene& scene, std::size_t most) {
    std::vector<std::pair<const Obstacle*, const Obstructed*>> rows;
    for (const auto& [obstacle, obstructed] : scene.digest.not_assessed) {
        rows.emplace_back(&obstacle, &obstructed);
    }
    if (rows.empty()) return {};
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return a.second->hosts.count > b.second->hosts.count;
    });
    auto lines = headed(scene, "report.not_assessed");
    const auto shown = rows.size() > most ? most - 1 : rows.size();
    std::size_t left = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i < shown) {
            lines.push_back(obstacle_line(scene, *rows[i].first, *rows[i].second));
        } else {
            left += rows[i].second->hosts.count;
        }
    }
    if (left > 0) lines.push_back(more_line(scene, "report.not_assessed.more", left));
    return lines;
}

Lines next_lines(const Scene& scene) {
    const auto run = printable(scene.report.run.id, 80);
    auto lines = headed(scene, "report.next");
    const auto suggest = [&](const std::string& command, const char* why) {
        lines.push_back(
            Line("  " + command).add("   " + scene.messages.text(why), Tone::faint).whole()
        );
    };
    const auto causes = causes_of(scene.report);
    if (!causes.empty()) {
        const auto rule = printable(rule_behind(scene.digest, causes.front()), 60);
        if (!rule.empty()) suggest("rdpsweep explain " + rule, "report.next.explain");
    }
    if (run.empty()) return lines.size() > 2 ? lines : Lines{};
    suggest("rdpsweep report " + run + " --report html:rdpsweep.html", "report.next.html");
    const auto& totals = scene.report.totals;
    if (totals.targets > totals.of(Outcome::assessed) + totals.of(Outcome::skipped)) {
        suggest("rdpsweep scan --resume " + run, "report.next.resume");
    }
    return lines;
}

} // namespace rdpsweep
