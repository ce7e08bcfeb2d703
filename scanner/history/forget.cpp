// Deletes in one transaction what came with runs.
#include "scanner/history/forget.hpp"

#include <array>
#include <span>

namespace rdpsweep {

namespace {

// Runs statements that each bind one number.
Status run_all(Database& database, std::span<const char* const> statements, std::int64_t number) {
    for (const auto* statement : statements) {
        auto prepared = database.prepare(statement);
        if (!prepared) return std::move(prepared).error();
        auto done = prepared->bind(number).run();
        if (!done) return done;
    }
    return {};
}

} // namespace

Status forget_after(Database& database, std::int64_t last) {
    constexpr std::array statements{
        "DELETE FROM visit WHERE run > ?1",
        "DELETE FROM span WHERE first_run > ?1",
        "DELETE FROM identity WHERE first_run > ?1",
        "DELETE FROM total WHERE run > ?1",
        "DELETE FROM word WHERE id > coalesce((SELECT words FROM run WHERE id = ?1), 0)",
        "DELETE FROM host WHERE id > coalesce((SELECT hosts FROM run WHERE id = ?1), 0)",
        "DELETE FROM text WHERE id > coalesce((SELECT texts FROM run WHERE id = ?1), 0)",
        "DELETE FROM run WHERE id > ?1"};
    return database.in_one([&] { return run_all(database, statements, last); });
}

Result<std::int64_t> thin_out(Database& database, std::int64_t before) {
    std::int64_t thinned = 0;
    const auto work = [&]() -> Status {
        // Runs are numbered in the order of their ids, which begin with a time.
        auto ask =
            database.prepare("SELECT coalesce(max(id), 0), count(*) FROM run WHERE started < ?1 AND"
                             " id IN (SELECT run FROM visit)");
        if (!ask) return std::move(ask).error();
        auto row = ask->bind(before).step();
        if (!row) return std::move(row).error();
        const auto last = ask->number(0);
        thinned = ask->number(1);
        ask->reset();
        constexpr std::array statements{
            "DELETE FROM visit WHERE run <= ?1",
            "DELETE FROM span WHERE first_run <= ?1 AND EXISTS (SELECT 1 FROM span AS later WHERE"
            " later.host = span.host AND later.rule = span.rule AND"
            " later.first_run > span.first_run AND later.first_run <= ?1)",
            "DELETE FROM text WHERE ?1 > 0 AND id NOT IN"
            " (SELECT text FROM span WHERE text IS NOT NULL)"};
        return run_all(database, statements, last);
    };
    auto done = database.in_one(work);
    if (!done) return std::move(done).error();
    return thinned;
}

} // namespace rdpsweep
