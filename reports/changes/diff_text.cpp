// Shows what changed on a terminal, in about 40 lines whatever the fleet's size.
#include "core/text.hpp"
#include "reports/changes/diff_reports.hpp"
#include "reports/changes/wording.hpp"
#include "reports/output.hpp"
#include "reports/text/line.hpp"
#include "reports/wording.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::size_t groups_shown = 14;
constexpr std::size_t rows_shown = 16;
constexpr std::size_t narrowest_diff = 40; // columns
constexpr std::size_t sentence_length = 70;

std::string counted(std::size_t count) {
    const auto digits = grouped(count);
    constexpr std::size_t column = 9;
    return std::string(column > digits.size() ? column - digits.size() : 0, ' ') + digits + "  ";
}

Tone tone_of(HostWord word) {
    switch (word) {
    case HostWord::worse:
        return Tone::bad;
    case HostWord::became_unassessable:
    case HostWord::still_unassessable:
    case HostWord::rebuilt:
        return Tone::warning;
    case HostWord::better:
    case HostWord::reassessable:
        return Tone::good;
    default:
        return Tone::plain;
    }
}

Tone tone_of(FindingWord word) {
    if (word == FindingWord::fresh || word == FindingWord::worsened) return Tone::bad;
    return word == FindingWord::fixed || word == FindingWord::eased ? Tone::good : Tone::plain;
}

class DiffText : public DiffReport {
public:
    DiffText(Sink sink, const Catalogue& messages, const ReportOptions& options)
        : out_(std::move(sink)), messages_(messages), color_(options.color),
          width_(std::max(options.width, narrowest_diff)) {}

private:
    Status write(const Difference& difference) override {
        put(Line(
            "rdpsweep diff  " + difference.before.id + " → " + difference.after.id, Tone::strong
        ));
        put(Line());
        for (const auto& sentence : change_sentences(messages_, difference))
            put(Line("  " + sentence).whole());
        if (!difference.balanced())
            put(Line("✖ " + messages_.text("report.unbalanced"), Tone::bad));
        write_hosts(difference);
        write_groups(difference);
        write_next(difference);
        return out_.flush();
    }

    void put(const Line& line) { out_ << line.render(width_, color_).str(); }

    void heading(const char* key) {
        put(Line());
        put(Line(messages_.text(key), Tone::strong));
    }

    Line& with_names(Line& line, const Tally& tally) {
        if (tally.names.empty()) return line;
        return line.add("  ").add(some_names(messages_, tally.names, tally.count), Tone::faint);
    }

    void write_hosts(const Difference& difference) {
        heading("report.change.hosts");
        put(Line("  " + change_sum(messages_, difference)).whole());
        const auto rows = word_rows(difference);
        std::size_t left = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (i >= rows_shown) {
                left += rows[i].hosts.count;
                continue;
            }
            Line line(counted(rows[i].hosts.count));
            line.add(say(messages_, rows[i]), tone_of(rows[i].word));
            put(with_names(line, rows[i].hosts));
        }
        if (left > 0) more("report.change.more", left);
    }

    void write_groups(const Difference& difference) {
        if (difference.groups.empty()) return;
        heading("report.change.findings");
        const auto shown = std::min(difference.groups.size(), groups_shown);
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& group = difference.groups[i];
            Line line(counted(group.hosts.count));
            line.add(word(messages_, group.word), tone_of(group.word));
            if (group.hygiene) line.add(" (" + messages_.text("report.change.hygiene") + ")");
            line.add("  " + printable(group.rule, 60).str(), Tone::strong);
            const auto sentence = say(messages_, group);
            if (!sentence.empty())
                line.add("  " + shortened(printable(sentence).str(), sentence_length));
            put(with_names(line, group.hosts));
        }
        const auto left = difference.groups.size() - shown;
        if (left > 0) more("report.change.groups.more", left);
    }

    void more(const char* key, std::size_t count) {
        put(Line(std::string(counted(0).size(), ' '))
                .add(messages_.say({key, {{"count", grouped(count)}}}), Tone::faint));
    }

    void write_next(const Difference& difference) {
        heading("report.next");
        const auto suggest = [this](const std::string& command, const char* why) {
            put(Line("  " + command).add("   " + messages_.text(why), Tone::faint).whole());
        };
        // What a stored run calls a rule is no command before it is known.
        const auto known = std::find_if(
            difference.groups.begin(),
            difference.groups.end(),
            [this](const ChangeGroup& group) { return messages_.has(group.rule + ".title"); }
        );
        if (known != difference.groups.end())
            suggest("rdpsweep explain " + known->rule, "report.next.explain");
        const auto before = printable(difference.before.id, 80).str();
        const auto after = printable(difference.after.id, 80).str();
        suggest(
            "rdpsweep diff " + before + " " + after + " --format json -o diff.json",
            "report.change.next.json"
        );
        if (difference.of(HostWord::became_unassessable) > 0)
            suggest("rdpsweep scan --rerun " + after + ":unassessed", "report.next.resume");
    }

    Output out_;
    const Catalogue& messages_;
    bool color_;
    std::size_t width_;
};

} // namespace

std::unique_ptr<Reporter>
make_diff_text(Sink sink, const Catalogue& messages, ReportOptions options) {
    return std::make_unique<DiffText>(std::move(sink), messages, options);
}

} // namespace rdpsweep
