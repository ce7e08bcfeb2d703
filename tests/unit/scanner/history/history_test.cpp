// The history against the runs that it is derived from.
#include "core/text.hpp"
#include "scanner/history/history.hpp"
#include "scanner/history/write_night.hpp"
#include "scanner/store/prune_runs.hpp"
#include "scanner/store/run_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <csignal>
#include <filesystem>
#include <random>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace rdpsweep;

namespace {

long writes_left = -1; // negative: as many as there are

} // namespace

// SQLite's writes to the disk come here, since a program's own symbols are found first.
extern "C" __attribute__((visibility("default"))) ssize_t
pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
    if (writes_left == 0) {
        (void)syscall(SYS_pwrite64, file, bytes, size / 2, offset);
        (void)raise(SIGKILL);
    }
    if (writes_left > 0) --writes_left;
    return syscall(SYS_pwrite64, file, bytes, size, offset);
}

namespace {

const Say say = [](const Message& message) { return message.key; };

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t most) {
    return random() % most;
}

Finding some_finding(Random& random, std::size_t rule) {
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

HostResult some_host(Random& random, std::size_t index) {
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

std::string id_of(std::size_t night) {
    return "2026010" + std::to_string(night / 10) + "T00000" + std::to_string(night % 10) +
           "Z-000abc";
}

struct StoredNight {
    RunDocument document;
    Night night; // as gathered while it went on
};

// Stores a run whose hosts come to their ends in no order.
StoredNight store_night(const std::string& state, const std::string& id, Random& random) {
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
std::string dump(const std::string& state) {
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

std::int64_t count(const std::string& state, const char* query) {
    const auto database = History::open_to_read(state);
    REQUIRE(database);
    auto ask = database->prepare(query);
    REQUIRE(ask);
    const auto row = ask->step();
    REQUIRE(row);
    return ask->number(0);
}

Imported import_all(const std::string& state) {
    auto history = History::open_to_write(state);
    REQUIRE(history);
    auto imported = history->import();
    REQUIRE(imported);
    return *std::move(imported);
}

} // namespace

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

TEST_CASE("history: it is ours alone, and one process writes it", "[history][state]") {
    Random random(11);
    const Scratch folder;
    const auto state = folder.path("state");
    store_night(state, id_of(0), random);
    auto history = History::open_to_write(state);
    REQUIRE(history);
    REQUIRE(history->import());
    for (const auto& entry : std::filesystem::directory_iterator(state)) {
        if (entry.is_regular_file()) {
            INFO(entry.path());
            CHECK(
                (entry.status().permissions() & std::filesystem::perms(077)) ==
                std::filesystem::perms::none
            );
        }
    }
    const auto second = History::open_to_write(state);
    REQUIRE_FALSE(second);
    CHECK(second.error().code() == Errc::taken);
}

TEST_CASE("history: a damaged file is no history, and is kept when it is rebuilt", "[history]") {
    Random random(12);
    const Scratch folder;
    const auto state = folder.path("state");
    store_night(state, id_of(0), random);
    import_all(state);
    const auto whole = dump(state);
    (void)folder.file("state/history.db", std::string(8192, 'x'));
    const auto damaged = History::open_to_write(state);
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().code() == Errc::malformed_output);
    CHECK(damaged.error().hint() == "make it again: rdpsweep history rebuild");
    REQUIRE(History::rebuild(state));
    CHECK(dump(state) == whole);
    CHECK(Scratch::read(state + "/history.db.damaged") == std::string(8192, 'x'));
}

TEST_CASE("history: tables of a later version are left alone", "[history]") {
    const Scratch folder;
    const auto state = folder.path("state");
    {
        auto history = History::open_to_write(state);
        REQUIRE(history);
        REQUIRE(history->database().run("PRAGMA user_version = 99"));
    }
    CHECK(History::open_to_write(state).error().code() == Errc::unsupported);
    CHECK(History::open_to_read(state).error().code() == Errc::unsupported);
    CHECK(History::open_to_read(folder.path("none")).error().code() == Errc::not_found);
}

TEST_CASE("history: a run whose hosts are lost keeps its totals", "[history]") {
    Random random(13);
    const Scratch folder;
    const auto state = folder.path("state");
    store_night(state, id_of(0), random);
    store_night(state, id_of(1), random);
    std::filesystem::remove(state + "/runs/" + id_of(0) + "/hosts.jsonl");
    const auto imported = import_all(state);
    CHECK(imported.written == 2);
    CHECK(imported.unread.size() == 1);
    CHECK(count(state, "SELECT count(*) FROM visit WHERE run = 1") == 0);
    CHECK(count(state, "SELECT sum(hosts) FROM total WHERE run = 1 AND kind = 'outcome'") == 12);
    CHECK(count(state, "SELECT count(*) FROM visit WHERE run = 2") == 12);
    CHECK(import_all(state).written == 0);
}

TEST_CASE("history: a host may say 4 MB", "[history]") {
    const Scratch folder;
    const auto state = folder.path("state");
    Random random(14);
    HostResult host;
    host.outcome = Outcome::assessed;
    host.target.id = host.target.name = std::string(4u << 20, 'n');
    host.findings.push_back(some_finding(random, 0));
    host.findings[0].verdict = Verdict::broken;
    host.findings[0].evidence[0].observed = std::string(4u << 20, 'e');
    host.findings.push_back(host.findings[0]); // one rule twice
    Night night;
    night.add(host);
    night.add(host); // one host twice
    night.settle();
    RunDocument document;
    document.run.id = "2026";
    document.totals = Totals();
    auto history = History::open_to_write(state);
    REQUIRE(history);
    REQUIRE(write_night(history->database(), document, night));
    CHECK(count(state, "SELECT count(*) FROM span") == 1);
    CHECK(std::filesystem::file_size(state + "/history.db-wal") < 1u << 20);
}

TEST_CASE("history: a disk that is full loses nothing, and the next import mends it", "[history]") {
    Random random(15);
    const Scratch folder;
    const auto state = folder.path("state");
    store_night(state, id_of(0), random);
    import_all(state);
    store_night(state, id_of(1), random);
    const auto before = dump(state);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    getrlimit(RLIMIT_FSIZE, &old);
    {
        auto history = History::open_to_write(state);
        REQUIRE(history);
        rlimit tiny = old;
        tiny.rlim_cur = 6000; // of the log: a page and a half
        setrlimit(RLIMIT_FSIZE, &tiny);
        const auto imported = history->import();
        setrlimit(RLIMIT_FSIZE, &old);
        REQUIRE_FALSE(imported);
        CHECK(imported.error().code() == Errc::local_limit);
    }
    CHECK(dump(state) == before);
    CHECK(import_all(state).written == 1);
    const auto mended = dump(state);
    REQUIRE(History::rebuild(state));
    CHECK(dump(state) == mended);
}

// A child writes into a copy and is killed in the middle of a write to the disk: another one each
// time.
TEST_CASE("history: killed in the middle, it is whole, and the next import ends it", "[history]") {
    namespace fs = std::filesystem;
    Random random(16);
    const Scratch folder;
    const auto begun = folder.path("begun");
    store_night(begun, id_of(0), random);
    import_all(begun);
    store_night(begun, id_of(1), random);
    const auto whole = folder.path("whole");
    fs::copy(begun, whole, fs::copy_options::recursive);
    import_all(whole);
    const auto expected = dump(whole);
    std::size_t killed = 0;
    for (long times = 0; times < 200; ++times) {
        const auto state = folder.path("state");
        fs::remove_all(state);
        fs::copy(begun, state, fs::copy_options::recursive);
        const auto child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            auto history = History::open_to_write(state);
            writes_left = times % 40;
            if (history) (void)history->import();
            _exit(0);
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        if (WIFSIGNALED(status)) ++killed;
        {
            const auto database = History::open_to_read(state);
            REQUIRE(database);
            auto check = database->prepare("PRAGMA integrity_check");
            REQUIRE(check);
            REQUIRE(check->step());
            REQUIRE(check->text(0) == "ok");
        }
        import_all(state);
        REQUIRE(dump(state) == expected);
    }
    CHECK(killed >= 50); // the others had nothing left to write
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
