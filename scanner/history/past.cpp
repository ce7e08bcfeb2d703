// The questions, as SQL.
#include "scanner/history/past.hpp"

#include "core/inflate.hpp"
#include "core/text.hpp"

#include <functional>

namespace rdpsweep {

namespace {

constexpr std::size_t most_text = 64u << 10;

// Calls visit for each row of a question; value is bound to ?1 where it asks for that.
template <class Value>
Status each_row(
    const Database& history,
    const char* question,
    const Value& value,
    const std::function<void(const Statement&)>& visit
) {
    auto ask = history.prepare(question);
    if (!ask) return std::move(ask).error();
    auto row = ask->bind(value).step();
    for (; row && *row; row = ask->step())
        visit(*ask);
    if (!row) return std::move(row).error();
    return {};
}

Error nothing_about(const std::string& what, const std::string& hint) {
    return Error(Phase::config, Errc::not_found, what).with_hint(hint);
}

Result<std::int64_t>
host_called(const Database& history, const std::string& name, std::string& uid) {
    constexpr auto question = "SELECT id, uid FROM host WHERE uid = ?1 OR uid = lower(?1) OR"
                              " id IN (SELECT host FROM identity WHERE name = ?1) OR"
                              " substr(uid, -length(?1) - 1) = '/' || lower(?1) LIMIT 2";
    std::vector<std::int64_t> ids;
    auto done = each_row(history, question, name, [&](const Statement& row) {
        ids.push_back(row.number(0));
        uid = row.text(1);
    });
    if (!done) return std::move(done).error();
    const auto quoted = "\"" + std::string(printable(name, 100)) + "\"";
    if (ids.empty())
        return nothing_about("the history has no host " + quoted, "names are as in the inventory");
    if (ids.size() > 1)
        return nothing_about("several hosts have the name " + quoted, "give the host's ARM id");
    return ids.front();
}

Status read_visits(const Database& history, std::int64_t host, PastHost& past) {
    constexpr auto question =
        "SELECT r.uid, r.started, o.word, v.word, c.word, t.word FROM visit"
        " JOIN run r ON r.id = visit.run JOIN word o ON o.id = visit.outcome"
        " LEFT JOIN word v ON v.id = visit.verdict LEFT JOIN word c ON c.id = visit.cause"
        " LEFT JOIN word t ON t.id = visit.transport WHERE visit.host = ?1 ORDER BY visit.run";
    const auto add = [&past](const Statement& row) {
        PastVisit visit{
            row.text(0), row.number(1), row.text(2), row.text(3), row.text(4), row.text(5)};
        const auto* last = past.visits.empty() ? nullptr : &past.visits.back();
        const bool same = last != nullptr && last->outcome == visit.outcome &&
                          last->verdict == visit.verdict && last->cause == visit.cause &&
                          last->transport == visit.transport;
        if (!same) past.visits.push_back(std::move(visit));
    };
    return each_row(history, question, host, add);
}

Status read_findings(const Database& history, std::int64_t host, PastHost& past) {
    constexpr auto question =
        "SELECT r.uid, r.started, w.word, v.word, s.word, m.word, x.deflated FROM span"
        " JOIN run r ON r.id = span.first_run JOIN word w ON w.id = span.rule"
        " LEFT JOIN word v ON v.id = span.verdict LEFT JOIN word s ON s.id = span.severity"
        " LEFT JOIN word m ON m.id = span.message LEFT JOIN text x ON x.id = span.text"
        " WHERE span.host = ?1 ORDER BY span.first_run, w.word";
    return each_row(history, question, host, [&past](const Statement& row) {
        past.findings.push_back(
            {row.text(0),
             row.number(1),
             row.text(2),
             row.text(3),
             row.text(4),
             row.text(5),
             inflate_raw(row.text(6), most_text).value_or("")}
        );
    });
}

} // namespace

Result<std::vector<PastRun>> past_runs(const Database& history) {
    std::vector<PastRun> runs;
    std::map<std::int64_t, std::size_t> places;
    auto done = each_row(
        history,
        "SELECT id, uid, name, started, complete, targets FROM run WHERE id > ?1 ORDER BY id",
        std::int64_t{0},
        [&](const Statement& row) {
            places[row.number(0)] = runs.size();
            PastRun run{row.text(1), row.text(2), row.number(3), row.number(4) != 0, 0, {}, {}, {}};
            run.targets = static_cast<std::size_t>(row.number(5));
            runs.push_back(std::move(run));
        }
    );
    if (!done) return std::move(done).error();
    done = each_row(
        history,
        "SELECT run, kind, word, hosts FROM total WHERE run > ?1",
        std::int64_t{0},
        [&](const Statement& row) {
            const auto at = places.find(row.number(0));
            if (at == places.end()) return;
            auto& run = runs[at->second];
            const auto kind = row.text(1);
            auto& by_word = kind == "outcome"   ? run.outcomes
                            : kind == "verdict" ? run.verdicts
                                                : run.causes;
            by_word[row.text(2)] = static_cast<std::size_t>(row.number(3));
        }
    );
    if (!done) return std::move(done).error();
    return runs;
}

Result<PastHost> past_of_host(const Database& history, const std::string& name) {
    PastHost past;
    const auto host = host_called(history, name, past.uid);
    if (!host) return host.error();
    constexpr auto names = "SELECT name FROM identity WHERE host = ?1 ORDER BY first_run";
    auto done = each_row(history, names, *host, [&past](const Statement& row) {
        auto found = row.text(0);
        if (past.names.empty() || past.names.back() != found)
            past.names.push_back(std::move(found));
    });
    if (done) done = read_visits(history, *host, past);
    if (done) done = read_findings(history, *host, past);
    if (!done) return std::move(done).error();
    return past;
}

Result<std::vector<PastOfRule>> past_of_rule(const Database& history, const std::string& rule) {
    constexpr auto question =
        "SELECT r.uid, r.started, v.word, lag(v.word)"
        " OVER (PARTITION BY span.host ORDER BY span.first_run), r.id"
        " FROM span JOIN run r ON r.id = span.first_run LEFT JOIN word v ON v.id = span.verdict"
        " WHERE span.rule = (SELECT id FROM word WHERE word = ?1) ORDER BY r.id";
    std::vector<PastOfRule> past;
    auto done = each_row(history, question, rule, [&past](const Statement& row) {
        auto run = row.text(0);
        if (past.empty() || past.back().run != run) {
            past.push_back({std::move(run), row.number(1), {}, 0});
            if (past.size() > 1) past.back().hosts = past[past.size() - 2].hosts;
        }
        auto& now = past.back();
        ++now.changed;
        if (const auto verdict = row.text(2); !verdict.empty()) ++now.hosts[verdict];
        if (const auto before = row.text(3); !before.empty()) --now.hosts[before];
    });
    if (!done) return std::move(done).error();
    if (past.empty()) {
        return nothing_about(
            "the history has nothing of the rule \"" + std::string(printable(rule, 100)) + "\"",
            "rdpsweep rules lists the rules"
        );
    }
    return past;
}

} // namespace rdpsweep
