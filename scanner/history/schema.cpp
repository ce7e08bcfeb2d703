// The tables, each with what a row of it means.
#include "scanner/history/schema.hpp"

#include <array>
#include <string>

namespace rdpsweep {

namespace {

// run: counts say how many words, hosts and texts there were when it was written: what has a higher
//   id came later. total: of a run's hosts, by outcome, verdict and cause; it outlives visits.
// word: whatever is said often. host: uid is the ARM id or the name. identity: what a host is
//   called, and which Windows it is, from a run on. visit: one for each host and run; cause,
//   verdict, fingerprint and transport are NULL where it was not assessed.
// span: what a rule says of a host from a run on, until the host's next one for that rule; verdict
//   is NULL where the rule is no longer judged. text: evidence apart from moments, deflated as of
//   RFC 1951.
constexpr const char* tables_of_1 = R"(
CREATE TABLE word(id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE run(
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    started INTEGER NOT NULL, finished INTEGER NOT NULL, version TEXT NOT NULL,
    collector TEXT NOT NULL, ruleset TEXT NOT NULL, scope TEXT NOT NULL,
    complete INTEGER NOT NULL, targets INTEGER NOT NULL,
    words INTEGER NOT NULL, hosts INTEGER NOT NULL, texts INTEGER NOT NULL) STRICT;
CREATE TABLE total(
    run INTEGER NOT NULL, kind TEXT NOT NULL, word TEXT NOT NULL, hosts INTEGER NOT NULL,
    PRIMARY KEY(run, kind, word)) STRICT, WITHOUT ROWID;
CREATE TABLE host(id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE identity(
    host INTEGER NOT NULL, first_run INTEGER NOT NULL, name TEXT NOT NULL,
    machine_guid TEXT NOT NULL, PRIMARY KEY(host, first_run)) STRICT, WITHOUT ROWID;
CREATE TABLE visit(
    run INTEGER NOT NULL, host INTEGER NOT NULL, outcome INTEGER NOT NULL, verdict INTEGER,
    cause INTEGER, fingerprint INTEGER, transport INTEGER,
    PRIMARY KEY(run, host)) STRICT, WITHOUT ROWID;
CREATE TABLE span(
    host INTEGER NOT NULL, rule INTEGER NOT NULL, first_run INTEGER NOT NULL, verdict INTEGER,
    severity INTEGER, message INTEGER, text INTEGER,
    PRIMARY KEY(host, rule, first_run)) STRICT, WITHOUT ROWID;
CREATE INDEX span_of_run ON span(first_run);
CREATE TABLE text(id INTEGER PRIMARY KEY, sha BLOB NOT NULL UNIQUE, deflated BLOB NOT NULL) STRICT;
CREATE VIEW visits AS SELECT r.uid AS run, h.uid AS host, o.word AS outcome, v.word AS verdict,
    c.word AS cause, t.word AS transport
    FROM visit JOIN run r ON r.id = visit.run JOIN host h ON h.id = visit.host
    JOIN word o ON o.id = visit.outcome LEFT JOIN word v ON v.id = visit.verdict
    LEFT JOIN word c ON c.id = visit.cause LEFT JOIN word t ON t.id = visit.transport;
CREATE VIEW findings AS SELECT r.uid AS first_run, h.uid AS host, w.word AS rule, v.word AS verdict,
    s.word AS severity, m.word AS message, span.text AS text
    FROM span JOIN run r ON r.id = span.first_run JOIN host h ON h.id = span.host
    JOIN word w ON w.id = span.rule LEFT JOIN word v ON v.id = span.verdict
    LEFT JOIN word s ON s.id = span.severity LEFT JOIN word m ON m.id = span.message;
PRAGMA user_version = 1;
)";

// Each brings tables of the version that is its place here to the next one.
constexpr std::array steps{tables_of_1};

static_assert(steps.size() == history_version);

Result<std::int64_t> version_of(const Database& database) {
    auto asked = database.prepare("PRAGMA user_version");
    if (!asked) return std::move(asked).error();
    const auto row = asked->step();
    if (!row) return row.error();
    return asked->number(0);
}

Error of_another_version(std::int64_t version) {
    return Error(
               Phase::config,
               Errc::unsupported,
               "the history has tables of version " + std::to_string(version) +
                   ", and this program knows version " + std::to_string(history_version)
    )
        .with_hint("read it with the rdpsweep that wrote it");
}

} // namespace

Status migrate(Database& database) {
    const auto version = version_of(database);
    if (!version) return version.error();
    if (*version < 0 || *version > history_version) return of_another_version(*version);
    for (auto at = static_cast<std::size_t>(*version); at < steps.size(); ++at) {
        auto done = database.in_one([&] { return database.run(steps[at]); });
        if (!done) return done;
    }
    return {};
}

Status check_version(const Database& database) {
    const auto version = version_of(database);
    if (!version) return version.error();
    if (*version != history_version) return of_another_version(*version);
    return {};
}

} // namespace rdpsweep
