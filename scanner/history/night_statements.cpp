// The statements' text, in the order of the members.
#include "scanner/history/night_statements.hpp"

#include <array>
#include <utility>
#include <vector>

namespace rdpsweep {

Result<NightStatements> prepare_night(const Database& database) {
    constexpr std::array statements{
        "SELECT id FROM word WHERE word = ?1",
        "INSERT INTO word(word) VALUES(?1)",
        "SELECT id FROM host WHERE uid = ?1",
        "INSERT INTO host(uid) VALUES(?1)",
        "SELECT id FROM text WHERE sha = ?1",
        "INSERT INTO text(sha, deflated) VALUES(?1, ?2)",
        "SELECT name, machine_guid FROM identity WHERE host = ?1 ORDER BY first_run DESC LIMIT 1",
        "INSERT INTO identity(host, first_run, name, machine_guid) VALUES(?1, ?2, ?3, ?4)",
        "INSERT INTO visit(run, host, outcome, verdict, cause, fingerprint, transport)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        "SELECT rule, verdict, severity, message, text FROM span WHERE host = ?1"
        " ORDER BY rule, first_run",
        "INSERT INTO span(host, rule, first_run, verdict, severity, message, text)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
    std::vector<Statement> made;
    for (const auto* statement : statements) {
        auto prepared = database.prepare(statement);
        if (!prepared) return std::move(prepared).error();
        made.push_back(*std::move(prepared));
    }
    auto at = made.begin();
    const auto next = [&at]() -> Statement&& { return std::move(*at++); };
    // In the order of the members: a braced list is evaluated from left to right.
    return NightStatements{
        next(), next(), next(), next(), next(), next(), next(), next(), next(), next(), next()};
}

} // namespace rdpsweep
