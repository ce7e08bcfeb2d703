// Makes sentences of counts; nothing is escaped here, which each format does its own way.
#include "reports/changes/wording.hpp"

#include "core/text.hpp"
#include "reports/wording.hpp"

#include <algorithm>
#include <map>

namespace rdpsweep {

namespace {

constexpr std::size_t run_bytes = 80;
constexpr std::size_t rules_said = 6; // of one host and word

std::string run_name(const RunInfo& run) {
    return shortened(printable(run.id, run_bytes).str(), 40);
}

std::string share_sentence(const Catalogue& messages, const char* whose, const Share& share) {
    return messages.say(
        {"report.change.share",
         {{"who", messages.text(whose)},
          {"count", grouped(share.count)},
          {"of", grouped(share.of)},
          {"trait", share.trait},
          {"fleet", grouped(share.fleet)},
          {"fleet_of", grouped(share.fleet_of)}}}
    );
}

void add_shares(
    std::vector<std::string>& sentences, const Catalogue& messages, const Difference& difference
) {
    for (const auto& share : difference.shares.of(Shares::Affected::by_news))
        sentences.push_back(share_sentence(messages, "report.change.share.news", share));
    for (const auto& share : difference.shares.of(Shares::Affected::by_silence))
        sentences.push_back(share_sentence(messages, "report.change.share.silence", share));
}

// Says what is missing for "left" and "joined" to be said.
void add_limits(
    std::vector<std::string>& sentences, const Catalogue& messages, const Difference& difference
) {
    const auto incomplete = [&](const RunInfo& run) {
        sentences.push_back(messages.say({"report.change.incomplete", {{"run", run_name(run)}}}));
    };
    if (!difference.equal_scope) {
        sentences.push_back(messages.text("report.change.other_scope"));
    } else {
        if (!difference.complete_before) incomplete(difference.before);
        if (!difference.complete_after) incomplete(difference.after);
    }
    if (difference.repeated > 0) {
        sentences.push_back(
            messages.say({"report.change.repeated", {{"count", grouped(difference.repeated)}}})
        );
    }
}

Tally*
row_for(std::map<std::pair<std::string, std::string>, Tally>& rows, const ChangedHost& host) {
    const std::pair key(host.rung, host.code);
    if (rows.contains(key) || rows.size() < WordRow::obstacles) return &rows[key];
    return &rows[{"", ""}];
}

} // namespace

std::string word(const Catalogue& messages, HostWord word) {
    return messages.text("report.change.host." + std::string(to_string(word)));
}

std::string word(const Catalogue& messages, FindingWord word) {
    return messages.text("report.change.finding." + std::string(to_string(word)));
}

std::vector<std::string> change_sentences(const Catalogue& messages, const Difference& difference) {
    const auto lost = difference.of(HostWord::became_unassessable);
    const auto* key =
        difference.with_news > 0 ? "report.change.headline" : "report.change.headline.calm";
    std::vector<std::string> sentences{messages.say(
        {key,
         {{"hosts", hosts(messages, difference.with_news)},
          {"run", run_name(difference.before)},
          {"started", to_iso8601(difference.before.started)},
          {"lost", grouped(lost)}}}
    )};
    add_shares(sentences, messages, difference);
    if (difference.first_bad > 0) {
        sentences.push_back(messages.say(
            {"report.change.first_bad", {{"hosts", hosts(messages, difference.first_bad)}}}
        ));
    }
    add_limits(sentences, messages, difference);
    return sentences;
}

std::string change_sum(const Catalogue& messages, const Difference& difference) {
    std::string text =
        hosts(messages, difference.hosts_before + difference.hosts_after - difference.hosts_both);
    std::string_view between = " = ";
    for (const auto each : all_host_words()) {
        const auto count = difference.of(each);
        if (count == 0) continue;
        text += std::string(between) + grouped(count) + " " + word(messages, each);
        between = " + ";
    }
    return text;
}

std::vector<WordRow> word_rows(const Difference& difference) {
    std::map<HostWord, std::map<std::pair<std::string, std::string>, Tally>> rows;
    std::size_t place = 0; // those that left have none in the later run's inventory
    for (const auto& host : difference.changed)
        row_for(rows[host.word], host)->add(host.name, place++);
    if (const auto same = difference.of(HostWord::same); same > 0)
        rows[HostWord::same][{"", ""}].count = same;
    std::vector<WordRow> all;
    for (const auto each : all_host_words()) {
        const auto first = all.size();
        for (auto& [obstacle, tally] : rows[each])
            all.push_back({each, obstacle.first, obstacle.second, std::move(tally)});
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
        std::stable_sort(begin, all.end(), [](const WordRow& a, const WordRow& b) {
            return a.hosts.count > b.hosts.count;
        });
    }
    return all;
}

std::string say(const Catalogue& messages, const WordRow& row) {
    auto text = word(messages, row.word);
    if (row.rung.empty()) return text;
    return text + " " + messages.say({"report.obstacle", {{"rung", row.rung}, {"code", row.code}}});
}

std::string say(const Catalogue& messages, const ChangeGroup& group) {
    if (!group.now.key.empty()) {
        Group sentence;
        sentence.summary = group.now;
        return summary(messages, sentence);
    }
    const auto title = group.rule + ".title";
    return messages.has(title) ? messages.text(title) : std::string();
}

std::string
change_detail(const Catalogue& messages, const Difference& difference, const ChangedHost& host) {
    std::vector<std::string> parts;
    if (!host.rung.empty()) {
        parts.push_back(messages.say({"report.obstacle", {{"rung", host.rung}, {"code", host.code}}}
        ));
    }
    if (!host.since.empty()) {
        const bool back = host.word == HostWord::reassessable;
        parts.push_back(messages.say(
            {back ? "report.change.last_seen" : "report.change.since", {{"run", host.since}}}
        ));
    }
    for (const auto each : all_finding_words()) {
        std::vector<std::string> rules;
        std::size_t count = 0;
        for (const auto& finding : host.findings) {
            if (finding.word != each || ++count > rules_said) continue;
            rules.push_back(difference.rules.word_of(finding.rule));
        }
        if (count == 0) continue;
        auto text = word(messages, each) + ": " + join(rules, ", ");
        if (count > rules_said)
            text += " " + messages.say({"report.more", {{"count", grouped(count - rules_said)}}});
        parts.push_back(std::move(text));
    }
    return join(parts, "; ");
}

} // namespace rdpsweep
