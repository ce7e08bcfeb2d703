// Writes the sections up to the findings; those are in findings.cpp.
#include "reports/markdown/summary.hpp"

#include "core/text.hpp"
#include "reports/changes/wording.hpp"
#include "reports/markdown/markdown.hpp"
#include "reports/wording.hpp"

#include <algorithm>

namespace rdpsweep::markdown {

Summary::Summary(
    const Catalogue& messages,
    const FleetReport& report,
    const Digest& digest,
    const Difference* difference
)
    : messages_(messages), report_(report), digest_(digest), difference_(difference),
      last_line_("\n" + escaped(messages.text("report.markdown.cut")) + "\n"),
      document_(markdown_bytes - last_line_.size()) {}

std::string Summary::write() && {
    write_head();
    write_changes();
    write_totals();
    write_warnings();
    write_causes();
    write_days();
    write_not_judged();
    write_not_assessed();
    return document_.text() + (document_.cut() ? last_line_ : "");
}

std::string Summary::say(const char* key, std::map<std::string, std::string> arguments) const {
    return escaped(messages_.say({key, std::move(arguments)}));
}

void Summary::heading(const char* key) {
    document_.add("\n## " + say(key) + "\n\n");
}

void Summary::table(const std::vector<const char*>& keys) {
    std::vector<std::string> titles;
    for (const auto* key : keys)
        titles.push_back(say(key));
    document_.add(row(titles) + row(std::vector<std::string>(keys.size(), "---")));
}

std::string Summary::names(const Tally& tally) const {
    std::string text;
    for (const auto& name : tally.names) {
        if (!text.empty()) text += " ";
        text += code(name);
    }
    if (tally.count <= tally.names.size()) return text;
    const auto left = grouped(tally.count - tally.names.size());
    return text + " " + say("report.more", {{"count", left}});
}

std::string Summary::verdict(Verdict verdict) const {
    return std::string(glyph(verdict)) + " " + escaped(word(messages_, verdict));
}

void Summary::write_head() {
    const auto& run = report_.run;
    const auto took = std::chrono::seconds(std::max<std::int64_t>(run.finished - run.started, 0));
    document_.add(
        "# " + say("report.html.title") + "\n\n**" + escaped(headline(messages_, report_.totals)) +
        "**\n\n" +
        say("report.header",
            {{"version", run.version},
             {"run", run.id},
             {"started", to_iso8601(run.started)},
             {"took", duration(took)}}) +
        "\n"
    );
}

void Summary::write_changes() {
    if (difference_ == nullptr) return;
    document_.add(
        "\n## " + say("report.change.section", {{"run", difference_->before.id}}) + "\n\n"
    );
    for (const auto& sentence : change_sentences(messages_, *difference_))
        document_.add("- " + escaped(sentence) + "\n");
    document_.add("\n" + escaped(change_sum(messages_, *difference_)) + "\n");
}

void Summary::write_totals() {
    heading("report.html.completeness");
    const auto& totals = report_.totals;
    const auto whole = grouped(totals.targets);
    std::vector<std::string> words{say("report.html.targets")};
    std::vector<std::string> counts{whole};
    for (const auto outcome : all_outcomes()) {
        words.push_back(escaped(word(messages_, outcome)));
        counts.push_back(grouped(totals.of(outcome)));
    }
    const std::vector<std::string> rule(words.size(), "---");
    document_.add(row(words) + row(rule) + row(counts) + "\n");
    std::string verdicts;
    for (const auto each : all_verdicts()) {
        if (!verdicts.empty()) verdicts += " · ";
        verdicts += verdict(each) + " " + grouped(totals.of(each));
    }
    document_.add(verdicts + "\n");
    if (const auto disks = disks_sentence(messages_, totals); !disks.empty())
        document_.add("\n○ " + escaped(disks) + "\n");
    if (!totals.balanced()) document_.add("\n**✖ " + say("report.unbalanced") + "**\n");
}

void Summary::write_warnings() {
    std::vector<std::string> all;
    if (report_.run.interrupted) all.push_back(say("report.interrupted"));
    for (const auto& warning : report_.run.warnings)
        all.push_back(escaped(messages_.say(warning)));
    for (const auto& [key, noted] : digest_.notes) {
        const auto who = hosts(messages_, noted.hosts.count);
        all.push_back(escaped(who + ": " + say_of_many(messages_, noted.first)));
    }
    if (all.empty()) return;
    heading("report.html.warnings");
    for (const auto& text : all)
        document_.add("- " + text + "\n");
}

} // namespace rdpsweep::markdown
