// Stored nights of a small fleet by chance, and what a history says of them.
#pragma once

#include "core/text.hpp"
#include "scanner/history/history.hpp"
#include "scanner/history/write_night.hpp"
#include "scanner/store/run_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <algorithm>
#include <random>

namespace rdpsweep::history_test {

inline const Say say = [](const Message& message) { return message.key; };

using Random = std::mt19937;

inline std::size_t below(Random& random, std::size_t most) {
    return random() % most;
}

inline Finding some_finding(Random& random, std::size_t rule) {
    constexpr Verdict verdicts[] = {
        Verdict::ok, Verdict::ok, Verdict::broken, Verdict::at_risk, Verdict::not_applicable};
    Finding finding;
    finding.rule = "RULE." + std::to_string(rule);
    finding.cause = Cause::services;
    finding.verdict = verdicts[below(random, 5)];
    finding.severity = static_cast<Severity>(below(random, 4));
    finding.summary = {"RULE.key" + std::to_string(below(random, 3)), {{"a", "b"}}};
    // What strangers may say: bytes that are no text, statements, escapes.
    constexpr const char* words[] = {
        "2048", "'); DROP TABLE run; --", "\x1b[2J\xff\xfe", "\xe6\x86\x91", ""};
    finding.evidence = {{"/svc/0", words[below(random, 5)], words[below(random, 5)]}};
    return finding;
}

inline HostResult some_host(Random& random, std::size_t index) {
    HostResult host;
    host.index = index;
    host.target.id = "/subscriptions/s/vm-" + std::to_string(index);
    host.target.name = "vm-" + std::to_string(index + below(random, 20) / 19 * 100);
    const auto kind = below(random, 6);
    host.outcome = kind == 0   ? Outcome::unreachable
                   : kind == 1 ? Outcome::refused
                               : Outcome::assessed;
    Attempt attempt;
    attempt.transport = below(random, 2) == 0 ? "winrm" : "ssh";
    if (host.outcome == Outcome::assessed) {
        host.attempts.push_back(attempt);
        host.verdict = Verdict::broken;
        host.root_cause = Cause::services;
        host.fingerprint = std::to_string(below(random, 3));
        host.source = Source::vm;
        host.facts_json = R"({"os":{"machine_guid":"0F3A97B1-4C2B-4B1F-9B0F-7A5E3B1C2D0)" +
                          std::to_string(below(random, 10) / 9) + R"("}})";
        for (std::size_t rule = 0; rule < 6; ++rule) {
            if (below(random, 12) > 0) host.findings.push_back(some_finding(random, rule));
        }
    }
    return host;
}

inline std::string id_of(std::size_t night) {
    return "2026010" + std::to_string(night / 10) + "T00000" + std::to_string(night % 10) +
           "Z-000abc";
}

struct StoredNight {
    RunDocument document;
    Night night; // as gathered while it went on
};

// Stores a run whose hosts come to their ends in no order.
inline StoredNight store_night(const std::string& state, const std::string& id, Random& random) {
    constexpr std::size_t targets = 12;
    StoredNight kept;
    auto& run = kept.document.run;
    run.id = id;
    run.started = 1795402800 + static_cast<std::int64_t>(below(random, 1000));
    run.finished = run.started + 10;
    run.version = "test";
    run.targets = targets;
    kept.document.marks = {"nightly", std::string(64, 'a'), {"RULE.0", "RULE.1"}};
    auto store = RunStore::create(state, run, say, {"", kept.document.marks});
    REQUIRE(store);
    std::vector<std::size_t> order(targets);
    for (std::size_t i = 0; i < targets; ++i)
        order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    Totals totals;
    totals.targets = targets;
    for (const auto index : order) {
        const auto host = some_host(random, index);
        REQUIRE((*store)->finished(host));
        kept.night.add(host);
        totals.count(host);
    }
    REQUIRE((*store)->close(run, totals));
    kept.document.totals = totals;
    return kept;
}

// Everything that is in the tables, as a text.
inline std::string dump(const std::string& state) {
    const auto database = History::open_to_read(state);
    REQUIRE(database);
    std::string all;
    const std::pair<const char*, int> tables[] = {
        {"SELECT * FROM word ORDER BY id", 2},
        {"SELECT * FROM run ORDER BY id", 14},
        {"SELECT * FROM total ORDER BY run, kind, word", 4},
        {"SELECT * FROM host ORDER BY id", 2},
        {"SELECT * FROM identity ORDER BY host, first_run", 4},
        {"SELECT * FROM visit ORDER BY run, host", 7},
        {"SELECT * FROM span ORDER BY host, rule, first_run", 7},
        {"SELECT * FROM text ORDER BY id", 3}};
    for (const auto& [table, columns] : tables) {
        auto ask = database->prepare(table);
        REQUIRE(ask);
        all += table;
        all += '\n';
        auto row = ask->step();
        for (; row && *row; row = ask->step()) {
            for (int column = 0; column < columns; ++column)
                all += ask->text(column) + '|';
            all += '\n';
        }
        REQUIRE(row);
    }
    return all;
}

inline std::int64_t count(const std::string& state, const char* query) {
    const auto database = History::open_to_read(state);
    REQUIRE(database);
    auto ask = database->prepare(query);
    REQUIRE(ask);
    const auto row = ask->step();
    REQUIRE(row);
    return ask->number(0);
}

inline Imported import_all(const std::string& state) {
    auto history = History::open_to_write(state);
    REQUIRE(history);
    auto imported = history->import();
    REQUIRE(imported);
    return *std::move(imported);
}

} // namespace rdpsweep::history_test
