// Root causes on the final screen, each with its largest groups.
#include "core/text.hpp"
#include "reports/text/rows.hpp"
#include "reports/wording.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// Returns "  ✖ 120 broken  ▲ 14 at risk   TLS: no usable protocol   web-01, web-02, web-03 +131"
Line cause_line(const Scene& scene, const CauseGroups& cause) {
    Line line("  ");
    const auto counted = [&](Verdict verdict, std::size_t count) {
        if (count == 0) return;
        const auto mark = std::string(glyph(verdict)) + " " + grouped(count) + " ";
        line.add(mark + word(scene.messages, verdict), tone_of(verdict)).add("  ");
    };
    counted(Verdict::broken, cause.broken);
    counted(Verdict::at_risk, cause.at_risk);
    return line.add(title(scene.messages, cause.cause), Tone::strong)
        .add("  ")
        .add(names(scene, cause.hosts()), Tone::faint);
}

// Groups that read the same, folded: their evidence differs where one sentence does not show it.
struct Said {
    Verdict verdict;
    std::string text;
    std::size_t hosts;
};

std::vector<Said> said(const Scene& scene, const std::vector<const Group*>& groups) {
    std::vector<Said> lines;
    std::map<std::pair<Verdict, std::string>, std::size_t> places;
    for (const auto* group : groups) {
        std::string text = printable(summary(scene.messages, *group));
        const auto [at, added] = places.try_emplace({group->verdict, text}, lines.size());
        if (added) lines.push_back({group->verdict, std::move(text), 0});
        lines[at->second].hosts += group->target_names.size();
    }
    std::stable_sort(lines.begin(), lines.end(), [](const Said& a, const Said& b) {
        return std::pair(a.verdict, a.hosts) > std::pair(b.verdict, b.hosts);
    });
    return lines;
}

Line said_line(const Said& line) {
    const auto mark = std::string(glyph(line.verdict)) + " ";
    return Line(right_aligned(line.hosts)).add(mark, tone_of(line.verdict)).add(line.text);
}

// Returns how many group lines each cause may have so that all together take no more than room: one
// each first, then a second one each, and so on.
std::vector<std::size_t> share_out(const std::vector<std::vector<Said>>& causes, std::size_t room) {
    std::vector<std::size_t> shares(causes.size(), 0);
    for (bool given = true; given && room > 0;) {
        given = false;
        for (std::size_t i = 0; i < causes.size() && room > 0; ++i) {
            if (shares[i] >= causes[i].size()) continue;
            ++shares[i];
            --room;
            given = true;
        }
    }
    return shares;
}

} // namespace

Lines cause_lines(const Scene& scene, std::size_t most) {
    const auto causes = causes_of(scene.report);
    if (most < 3) return {};
    auto lines = headed(scene, "report.causes");
    if (causes.empty()) {
        // No finding is only good news about the hosts that were assessed.
        const bool any = scene.report.totals.of(Outcome::assessed) > 0;
        lines.push_back(Line("  ").add(
            scene.messages.text(any ? "report.causes.none" : "report.causes.nothing_assessed")
        ));
        return lines;
    }
    std::vector<std::vector<Said>> kinds;
    for (const auto& cause : causes)
        kinds.push_back(said(scene, cause.groups));
    const auto room = most - std::min(most, lines.size() + causes.size() + 1);
    const auto shares = share_out(kinds, room);
    std::size_t folded = 0;
    for (std::size_t i = 0; i < causes.size(); ++i) {
        folded += kinds[i].size();
        if (lines.size() + 1 >= most) continue;
        lines.push_back(cause_line(scene, causes[i]));
        for (std::size_t k = 0; k < shares[i]; ++k)
            lines.push_back(said_line(kinds[i][k]));
        folded -= shares[i];
    }
    if (folded > 0) lines.push_back(more_line(scene, "report.groups.more", folded));
    return lines;
}

Lines not_judged_lines(const Scene& scene, std::size_t most) {
    const auto kinds = said(scene, not_judged(scene.report));
    if (kinds.empty()) return {};
    auto lines = headed(scene, "report.not_judged");
    const auto shown = kinds.size() > most ? most - 1 : kinds.size();
    for (std::size_t i = 0; i < shown; ++i)
        lines.push_back(said_line(kinds[i]));
    const auto left = kinds.size() - shown;
    if (left > 0) lines.push_back(more_line(scene, "report.groups.more", left));
    return lines;
}

} // namespace rdpsweep
