// The history against the runs that it is derived from.
#include "scanner/store/prune_runs.hpp"
#include "tests/unit/scanner/history/history_rig.hpp"

#include <filesystem>

using namespace rdpsweep;
using namespace rdpsweep::history_test;

TEST_CASE("history: written live, imported and rebuilt are one", "[history]") {
    Random random(7);
    const Scratch folder;
    const auto live = folder.path("live");
    for (std::size_t night = 0; night < 30; ++night) {
        auto kept = store_night(live, id_of(night), random);
        auto history = History::open_to_write(live);
        REQUIRE(history);
        history->knows(kept.document, kept.night);
        const auto imported = history->import();
        REQUIRE(imported);
        REQUIRE(imported->written == 1);
        REQUIRE(imported->unread.empty());
    }
    const auto written = dump(live);
    CHECK(count(live, "SELECT count(*) FROM visit") == 30 * 12);
    CHECK(count(live, "SELECT count(*) FROM run WHERE complete = 1") == 30);
    CHECK(count(live, "SELECT count(*) FROM span WHERE verdict IS NULL") > 0);
    // Spans are what changes: fewer than there are findings.
    CHECK(count(live, "SELECT count(*) FROM span") > 100);

    const auto rebuilt = History::rebuild(live);
    REQUIRE(rebuilt);
    CHECK(rebuilt->written == 30);
    CHECK(dump(live) == written);

    for (const auto* name : {"history.db", "history.db-wal", "history.db-shm"})
        std::filesystem::remove(live + "/" + name);
    CHECK(import_all(live).written == 30);
    CHECK(dump(live) == written);
    CHECK(import_all(live).written == 0);
}

TEST_CASE("history: a run that comes late, and one that was gone on with", "[history]") {
    Random random(8);
    const Scratch folder;
    const auto state = folder.path("state");
    for (const std::size_t night : {0, 1, 3, 4})
        store_night(state, id_of(night), random);
    CHECK(import_all(state).written == 4);
    // The clock was set back, or the night could not be written then: it and what follows.
    store_night(state, id_of(2), random);
    CHECK(import_all(state).written == 3);
    const auto late = dump(state);
    REQUIRE(History::rebuild(state));
    CHECK(dump(state) == late);
    // A resumed run has another end.
    std::filesystem::remove_all(state + "/runs/" + id_of(3));
    store_night(state, id_of(3), random);
    CHECK(import_all(state).written == 2);
    const auto resumed = dump(state);
    CHECK(resumed != late);
    REQUIRE(History::rebuild(state));
    CHECK(dump(state) == resumed);
}

TEST_CASE("history: runs that are stored no more stay, also when it is rebuilt", "[history]") {
    Random random(9);
    const Scratch folder;
    const auto state = folder.path("state");
    for (std::size_t night = 0; night < 6; ++night)
        store_night(state, id_of(night), random);
    import_all(state);
    const auto all = dump(state);
    std::filesystem::remove_all(state + "/runs/" + id_of(0));
    std::filesystem::remove_all(state + "/runs/" + id_of(2));
    CHECK(import_all(state).written == 0);
    const auto rebuilt = History::rebuild(state);
    REQUIRE(rebuilt);
    CHECK(rebuilt->written == 3);
    CHECK(dump(state) == all);
    // Older than what cannot be written again: left out, and said.
    std::filesystem::remove_all(state + "/runs/" + id_of(1));
    store_night(state, "20251231T000000Z-000abc", random);
    CHECK(import_all(state).late == 1);
    CHECK(dump(state) == all);
}

TEST_CASE("history: what is thinned out keeps its totals, and what still holds", "[history]") {
    Random random(10);
    const Scratch folder;
    const auto state = folder.path("state");
    for (std::size_t night = 0; night < 6; ++night)
        store_night(state, id_of(night), random);
    import_all(state);
    const auto totals = count(state, "SELECT sum(hosts) FROM total");
    const auto* const holds =
        "SELECT count(*) FROM (SELECT host, rule, max(first_run) FROM span GROUP BY host, rule)";
    const auto held = count(state, holds);
    const auto spans = count(state, "SELECT count(*) FROM span");
    {
        auto history = History::open_to_write(state);
        REQUIRE(history);
        const auto none = history->prune(0);
        REQUIRE(none);
        CHECK(*none == 0);
    }
    CHECK(count(state, "SELECT count(*) FROM span") == spans);
    {
        auto history = History::open_to_write(state);
        REQUIRE(history);
        const auto thinned = history->prune(1795402800 + 2000);
        REQUIRE(thinned);
        CHECK(*thinned == 6);
    }
    CHECK(count(state, "SELECT count(*) FROM visit") == 0);
    CHECK(count(state, "SELECT sum(hosts) FROM total") == totals);
    CHECK(count(state, holds) == held);
    CHECK(count(state, "SELECT count(*) FROM span") == held);
    CHECK(
        count(
            state,
            "SELECT count(*) FROM text WHERE id NOT IN (SELECT text FROM span WHERE"
            " text IS NOT NULL)"
        ) == 0
    );
    CHECK(import_all(state).written == 0);
}

// In the shape of the first version that stored runs: without options, marks and where facts are
// from.
TEST_CASE("history: a state directory of 0.1.0 opens, and is brought forward", "[history][store]") {
    namespace fs = std::filesystem;
    const Scratch folder;
    const auto state = folder.path("state");
    fs::copy(RDPSWEEP_SOURCE_DIR "/tests/golden/state-0.1.0", state, fs::copy_options::recursive);
    for (const auto& entry : fs::recursive_directory_iterator(state))
        fs::permissions(entry.path(), fs::perms(entry.is_directory() ? 0700 : 0600));
    fs::permissions(state, fs::perms(0700));
    auto run = StoredRun::open(state, "last");
    REQUIRE(run);
    CHECK(run->complete());
    CHECK(run->marks().scope.empty());
    std::string names;
    REQUIRE(run->for_each([&](const HostResult& host) { names += host.target.name; }));
    CHECK(names == "ab");
    CHECK(run->damaged() == 0);
    CHECK(import_all(state).written == 1);
    CHECK(count(state, "SELECT count(*) FROM visit") == 2);
    CHECK(
        count(
            state,
            "SELECT count(*) FROM findings WHERE rule = 'SVC.TERMSERVICE' AND"
            " verdict = 'broken'"
        ) == 1
    );
    CHECK(
        count(
            state,
            "SELECT count(*) FROM identity WHERE machine_guid ="
            " '0f3a97b1-4c2b-4b1f-9b0f-7a5e3b1c2d01'"
        ) == 1
    );
    // Compressed, it says the same.
    CHECK(pack_before(state, "3", 1) == 1);
    const auto written = dump(state);
    REQUIRE(History::rebuild(state));
    CHECK(dump(state) == written);
}
