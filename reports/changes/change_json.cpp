// Members stand in the order of the alphabet, as everywhere in our JSON.
#include "reports/changes/change_json.hpp"

#include "core/json_text.hpp"

namespace rdpsweep {

namespace {

std::uint64_t wide(std::size_t count) {
    return count;
}

template <class Word>
void put_counts(
    JsonText& out, const std::map<Word, std::size_t>& counts, std::span<const Word> all
) {
    std::map<std::string_view, std::size_t> by_name;
    for (const auto word : all) {
        const auto at = counts.find(word);
        by_name[to_string(word)] = at == counts.end() ? 0 : at->second;
    }
    out.open_object();
    for (const auto& [name, count] : by_name)
        out.key(name).number(wide(count));
    out.close_object();
}

void put_flag(JsonText& out, std::string_view name, bool value) {
    out.key(name).raw(value ? "true" : "false");
}

void put_shares(JsonText& out, const std::vector<Share>& shares) {
    out.open_array();
    for (const auto& share : shares) {
        out.open_object().key("count").number(wide(share.count));
        out.key("fleet").number(wide(share.fleet));
        out.key("fleet_of").number(wide(share.fleet_of));
        out.key("of").number(wide(share.of));
        out.member("trait", share.trait).close_object();
    }
    out.close_array();
}

void put_findings(JsonText& out, const Difference& difference, const ChangedHost& host) {
    out.open_array();
    for (const auto& finding : host.findings) {
        out.open_object().member("after", to_string(finding.after));
        out.member("before", to_string(finding.before));
        put_flag(out, "hygiene", finding.hygiene);
        out.member("rule", difference.rules.word_of(finding.rule));
        out.member("word", to_string(finding.word)).close_object();
    }
    out.close_array();
}

} // namespace

std::string change_summary_json(const Difference& difference) {
    JsonText out;
    out.open_object();
    put_flag(out, "balanced", difference.balanced());
    put_flag(out, "complete_after", difference.complete_after);
    put_flag(out, "complete_before", difference.complete_before);
    put_flag(out, "equal_scope", difference.equal_scope);
    put_counts(out.key("findings"), difference.findings, all_finding_words());
    out.key("first_bad").number(wide(difference.first_bad));
    put_counts(out.key("hosts"), difference.hosts, all_host_words());
    out.key("hosts_after").number(wide(difference.hosts_after));
    out.key("hosts_before").number(wide(difference.hosts_before));
    out.key("hosts_both").number(wide(difference.hosts_both));
    put_counts(out.key("hygiene"), difference.hygiene, all_finding_words());
    out.key("repeated").number(wide(difference.repeated));
    out.key("shares").open_object();
    put_shares(out.key("became_unassessable"), difference.shares.of(Shares::Affected::by_silence));
    put_shares(out.key("new"), difference.shares.of(Shares::Affected::by_news));
    out.close_object();
    out.key("with_news").number(wide(difference.with_news));
    out.close_object();
    return std::move(out).take();
}

std::string change_group_json(const ChangeGroup& group, const Say& say) {
    JsonText out;
    out.open_object().key("hosts").number(wide(group.hosts.count));
    put_flag(out, "hygiene", group.hygiene);
    out.key("names").open_array();
    for (const auto& name : group.hosts.names)
        out.text(name);
    out.close_array();
    out.member("rule", group.rule);
    out.member("summary", group.now.key.empty() ? std::string() : say(group.now));
    out.member("word", to_string(group.word)).close_object();
    return std::move(out).take();
}

std::string changed_host_json(const Difference& difference, const ChangedHost& host) {
    JsonText out;
    out.open_object().member("code", host.code);
    put_findings(out.key("findings"), difference, host);
    out.member("name", host.name).member("rung", host.rung).member("since", host.since);
    out.member("verdict", host.assessed ? to_string(host.verdict) : std::string_view());
    out.member("word", to_string(host.word)).close_object();
    return std::move(out).take();
}

std::string change_json(const Difference& difference, const HostResult& host) {
    const auto* changed = difference.at(host.index);
    JsonText out;
    out.open_object();
    if (changed != nullptr) {
        put_findings(out.key("findings"), difference, *changed);
        out.member("since", changed->since).member("word", to_string(changed->word));
    } else {
        out.key("findings").open_array().close_array();
        out.member("since", "").member("word", to_string(HostWord::same));
    }
    out.close_object();
    return std::move(out).take();
}

} // namespace rdpsweep
