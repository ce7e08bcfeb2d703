// One row of run, and its rows of total.
#include "scanner/history/run_row.hpp"

#include <map>
#include <string>
#include <utility>

namespace rdpsweep {

Status add_run(Database& database, const RunDocument& document) {
    auto add = database.prepare(
        "INSERT INTO run(uid, name, started, finished, version, collector, ruleset, scope,"
        " complete, targets, words, hosts, texts)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0, 0)"
    );
    if (!add) return std::move(add).error();
    const auto& run = document.run;
    const auto& marks = document.marks;
    std::string rules;
    for (const auto& rule : marks.rules)
        rules += (rules.empty() ? "" : " ") + rule;
    add->bind(
        run.id,
        marks.name,
        run.started,
        run.finished,
        run.version,
        run.collector_sha256,
        rules,
        marks.scope,
        document.complete(),
        run.targets
    );
    return add->run();
}

Status mark(Database& database, std::int64_t run) {
    auto note = database.prepare("UPDATE run SET words = coalesce((SELECT max(id) FROM word), 0),"
                                 " hosts = coalesce((SELECT max(id) FROM host), 0),"
                                 " texts = coalesce((SELECT max(id) FROM text), 0) WHERE id = ?1");
    if (!note) return std::move(note).error();
    return note->bind(run).run();
}

Status
add_totals(Database& database, std::int64_t run, const RunDocument& document, const Night& night) {
    auto add = database.prepare("INSERT INTO total(run, kind, word, hosts) VALUES(?1, ?2, ?3, ?4)");
    if (!add) return std::move(add).error();
    std::map<std::pair<std::string, std::string>, std::size_t> counts;
    const auto count = [&counts](const char* kind, std::string_view word, std::size_t hosts) {
        if (hosts > 0) counts[{kind, std::string(word)}] += hosts;
    };
    for (const auto& [outcome, hosts] : document.totals->by_outcome)
        count("outcome", to_string(outcome), hosts);
    for (const auto& [verdict, hosts] : document.totals->by_verdict)
        count("verdict", to_string(verdict), hosts);
    for (const auto& host : night.hosts()) {
        if (host.outcome == Outcome::assessed) count("cause", to_string(host.cause), 1);
    }
    for (const auto& [key, hosts] : counts) {
        auto done = add->bind(run, key.first, key.second, hosts).run();
        if (!done) return done;
    }
    return {};
}

} // namespace rdpsweep
