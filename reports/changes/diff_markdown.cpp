// Writes what changed for tickets: bounded, and text of hosts is only text.
#include "reports/changes/diff_reports.hpp"
#include "reports/changes/wording.hpp"
#include "reports/markdown/markdown.hpp"
#include "reports/markdown/markup.hpp"
#include "reports/output.hpp"
#include "reports/wording.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

using markdown::code;
using markdown::row;

constexpr std::size_t groups_in_table = 60;
constexpr std::size_t hosts_in_table = 200;

class DiffMarkdown : public DiffReport {
public:
    DiffMarkdown(Sink sink, const Catalogue& messages)
        : out_(std::move(sink)), messages_(messages),
          last_line_("\n" + markdown::escaped(messages.text("report.markdown.cut")) + "\n"),
          document_(markdown_bytes - last_line_.size()) {}

private:
    Status write(const Difference& difference) override {
        document_.add(
            "# " + text("report.change.title") + "\n\n" + code(difference.before.id) + " → " +
            code(difference.after.id) + "\n\n"
        );
        for (const auto& sentence : change_sentences(messages_, difference))
            document_.add("- " + markdown::escaped(sentence) + "\n");
        if (!difference.balanced()) document_.add("\n**✖ " + text("report.unbalanced") + "**\n");
        write_words(difference);
        write_groups(difference);
        write_changed(difference);
        out_ << document_.text() << (document_.cut() ? last_line_ : "");
        return out_.flush();
    }

    std::string text(const char* key) const { return markdown::escaped(messages_.text(key)); }

    void heading(const char* key) { document_.add("\n## " + text(key) + "\n\n"); }

    void table(const std::vector<const char*>& keys) {
        std::vector<std::string> titles;
        for (const auto* key : keys)
            titles.push_back(text(key));
        document_.add(row(titles) + row(std::vector<std::string>(keys.size(), "---")));
    }

    void more(const char* key, std::size_t count) {
        if (count == 0) return;
        const auto sentence = messages_.say({key, {{"count", grouped(count)}}});
        document_.add("\n" + markdown::escaped(sentence) + "\n");
    }

    std::string names(const Tally& tally) const {
        std::string joined;
        for (const auto& name : tally.names)
            joined += (joined.empty() ? "" : " ") + code(name);
        if (tally.names.empty() || tally.count <= tally.names.size()) return joined;
        const auto left = grouped(tally.count - tally.names.size());
        return joined + " " + messages_.say({"report.more", {{"count", left}}});
    }

    void write_words(const Difference& difference) {
        heading("report.change.hosts");
        document_.add(markdown::escaped(change_sum(messages_, difference)) + "\n\n");
        table({"report.html.hosts", "report.change.word", "report.html.names"});
        for (const auto& each : word_rows(difference)) {
            document_.add(row(
                {grouped(each.hosts.count),
                 markdown::escaped(say(messages_, each)),
                 names(each.hosts)}
            ));
        }
    }

    void write_groups(const Difference& difference) {
        if (difference.groups.empty()) return;
        heading("report.change.findings");
        table(
            {"report.html.hosts",
             "report.change.word",
             "report.change.rule",
             "report.markdown.finding",
             "report.html.names"}
        );
        const auto shown = std::min(difference.groups.size(), groups_in_table);
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& group = difference.groups[i];
            auto words = markdown::escaped(word(messages_, group.word));
            if (group.hygiene) words += " (" + text("report.change.hygiene") + ")";
            document_.add(row(
                {grouped(group.hosts.count),
                 words,
                 code(group.rule),
                 markdown::escaped(say(messages_, group)),
                 names(group.hosts)}
            ));
        }
        more("report.change.groups.more", difference.groups.size() - shown);
    }

    void write_changed(const Difference& difference) {
        if (difference.changed.empty()) return;
        heading("report.change.changed");
        table({"report.change.host", "report.change.word", "report.change.detail"});
        const auto shown = std::min(difference.changed.size(), hosts_in_table);
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& host = difference.changed[i];
            document_.add(row(
                {code(host.name),
                 markdown::escaped(word(messages_, host.word)),
                 markdown::escaped(change_detail(messages_, difference, host))}
            ));
        }
        more("report.change.more", difference.changed.size() - shown);
    }

    Output out_;
    const Catalogue& messages_;
    std::string last_line_; // of a document that was cut
    markdown::Document document_;
};

} // namespace

std::unique_ptr<Reporter>
make_diff_markdown(Sink sink, const Catalogue& messages, ReportOptions /*options*/) {
    return std::make_unique<DiffMarkdown>(std::move(sink), messages);
}

} // namespace rdpsweep
