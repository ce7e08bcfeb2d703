// Two stored runs compared: which one is the one before, what absence says, and how hosts were
// before that.
#include "scanner/history/history.hpp"
#include "scanner/run/compare_runs.hpp"
#include "scanner/run/stored_older_runs.hpp"
#include "scanner/store/find_run.hpp"
#include "scanner/store/packed_records.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/verbs/verbs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"
#include "tests/unit/scanner/verbs/run_verb.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

const Say say = [](const Message& message) { return message.key; };

// A host, and which of its two rules is broken; of one that is not assessed neither.
struct Seen {
    std::string id;
    Outcome outcome = Outcome::assessed;
    Verdict port = Verdict::ok;
};

HostResult host_of(const Seen& seen, std::size_t index) {
    HostResult host;
    host.index = index;
    host.target.id = seen.id;
    host.target.name = seen.id;
    host.outcome = seen.outcome;
    if (host.outcome != Outcome::assessed) return host;
    host.verdict = seen.port;
    auto& finding = host.findings.emplace_back();
    finding.rule = "PORT.OWNER";
    finding.verdict = seen.port;
    finding.severity = Severity::critical;
    return host;
}

enum class End { interrupted, whole };

void store(
    const Scratch& folder,
    const std::string& id,
    const std::vector<Seen>& seen,
    RunMarks marks = {"nightly", "scope", {"PORT.OWNER"}},
    End end = End::whole
) {
    RunInfo run;
    run.id = id;
    run.targets = seen.size();
    auto made = RunStore::create(folder.path("state"), run, say, {"", std::move(marks)});
    REQUIRE(made);
    Totals totals;
    totals.targets = seen.size();
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const auto host = host_of(seen[i], i);
        REQUIRE((*made)->finished(host));
        totals.count(host);
    }
    run.interrupted = end == End::interrupted;
    REQUIRE((*made)->close(run, totals));
}

void pack(const Scratch& folder, const std::string& id) {
    const auto run = open_run(folder.path("state"), id);
    REQUIRE(run);
    REQUIRE(pack_records(*run));
}

Difference compared(const Scratch& folder, const std::string& a, const std::string& b) {
    const auto state = folder.path("state");
    auto before = StoredRun::open(state, a);
    auto after = StoredRun::open(state, b);
    REQUIRE(before);
    REQUIRE(after);
    auto difference = compare_runs(state, *before, *after);
    REQUIRE(difference);
    CHECK(difference->balanced());
    return *std::move(difference);
}

std::string baseline(const Scratch& folder, const std::string& b, const std::string& word = "") {
    const auto run = StoredRun::open(folder.path("state"), b);
    REQUIRE(run);
    const auto before = open_baseline(folder.path("state"), word, *run);
    return before ? before->run().id : std::string(before.error().detail());
}

std::string comparable(const Scratch& folder, const std::string& word) {
    const auto run = open_comparable(folder.path("state"), word);
    return run ? run->run().id : std::string(run.error().detail());
}

Said diff(const Scratch& folder, std::vector<std::string> runs, const std::string& format) {
    DiffOptions options;
    options.state_dir = folder.path("state");
    options.runs = std::move(runs);
    options.format = format;
    options.talk.color = Color::never;
    return run_verb([&options] { return run_diff(options); });
}

constexpr auto broken = Verdict::broken;
constexpr auto silent = Outcome::unreachable;

} // namespace

TEST_CASE("compare runs: absence says something of whole runs of one scope only", "[changes]") {
    const Scratch folder;
    store(folder, "2026a", {{"a"}, {"left"}});
    store(folder, "2026b", {{"a"}, {"new"}});
    store(folder, "2026c", {{"a"}, {"new"}}, {"nightly", "scope", {}}, End::interrupted);
    store(folder, "2026d", {{"a"}, {"new"}}, {"nightly", "other", {}});
    store(folder, "2026e", {{"a"}, {"new"}}, {"nightly", "", {}});
    const auto counts = [&folder](const std::string& a, const std::string& b) {
        const auto difference = compared(folder, a, b);
        return std::vector<std::size_t>{
            difference.of(HostWord::same),
            difference.of(HostWord::joined),
            difference.of(HostWord::left),
            difference.of(HostWord::not_compared)};
    };
    CHECK(counts("2026a", "2026b") == std::vector<std::size_t>{1, 1, 1, 0});
    CHECK(counts("2026a", "2026c") == std::vector<std::size_t>{1, 1, 0, 1});
    CHECK(counts("2026c", "2026a") == std::vector<std::size_t>{1, 0, 1, 1});
    CHECK(counts("2026a", "2026d") == std::vector<std::size_t>{1, 0, 0, 2});
    CHECK(counts("2026e", "2026e") == std::vector<std::size_t>{2, 0, 0, 0});
    CHECK(counts("2026a", "2026e") == std::vector<std::size_t>{1, 0, 0, 2});
    CHECK(compared(folder, "2026a", "2026b").equal_scope);
    CHECK_FALSE(compared(folder, "2026a", "2026c").complete_after);
    CHECK_FALSE(compared(folder, "2026a", "2026d").equal_scope);
}

TEST_CASE("compare runs: a host whose record is damaged has not left", "[changes]") {
    const Scratch folder;
    store(folder, "2026a", {{"a"}, {"b"}});
    store(folder, "2026b", {{"a"}, {"b"}});
    const auto path = folder.path("state/runs/2026b/hosts.jsonl");
    auto text = Scratch::read(path);
    const auto at = text.find("\"id\":\"b\"");
    REQUIRE(at != text.npos);
    text.replace(at, 4, "\"id\"x");
    std::ofstream(path) << text;
    auto difference = compared(folder, "2026a", "2026b");
    CHECK(difference.of(HostWord::left) == 0);
    CHECK(difference.of(HostWord::not_compared) == 1);
    CHECK_FALSE(difference.complete_after);
    difference = compared(folder, "2026b", "2026a");
    CHECK(difference.of(HostWord::joined) == 0);
    CHECK(difference.of(HostWord::not_compared) == 1);
    const auto said = diff(folder, {"2026a", "2026b"}, "text");
    CHECK(said.status == exit_ok);
    CHECK_THAT(said.err, Catch::Contains("1 damaged records of run 2026b could not be read"));
}

TEST_CASE("compare runs: a host that was silent is compared with its last look", "[changes]") {
    for (const bool packed : {false, true}) {
        const Scratch folder;
        store(folder, "2026a", {{"\"<odd> \\ id\""}, {"gone", {}, broken}, {"mute", {}, broken}});
        store(folder, "2026b", {{"\"<odd> \\ id\"", silent}, {"mute", silent}, {"gone", silent}});
        store(folder, "2026c", {{"mute", silent}, {"\"<odd> \\ id\"", silent}, {"gone", silent}});
        store(folder, "2026d", {{"\"<odd> \\ id\"", {}, broken}, {"mute", silent}, {"never"}});
        for (const auto* id : {"2026a", "2026b"})
            if (packed) pack(folder, id);
        const auto difference = compared(folder, "2026c", "2026d");
        CHECK(difference.of(HostWord::reassessable) == 1);
        CHECK(difference.of(HostWord::still_unassessable) == 1);
        CHECK(difference.of(HostWord::joined) == 1);
        CHECK(difference.of(HostWord::left) == 1);
        CHECK(difference.of(FindingWord::fresh) == 1);
        CHECK(difference.of(FindingWord::unverified_since) == 1); // of mute
        REQUIRE(difference.at(0) != nullptr);
        CHECK(difference.at(0)->since == "2026a");
        CHECK(difference.at(1)->since == "2026b");
    }
}

TEST_CASE("compare runs: the history spares reading runs that saw nobody", "[changes]") {
    const Scratch folder;
    store(folder, "2026a00", {{"vm"}, {"other", silent}});
    for (int night = 10; night < 45; ++night)
        store(folder, "2026a" + std::to_string(night), {{"vm", silent}, {"well"}});
    store(folder, "2026b", {{"vm", silent}, {"other", silent}});
    store(folder, "2026c", {{"vm"}, {"other", silent}});
    const auto since = [&folder](std::size_t index) {
        return compared(folder, "2026b", "2026c").at(index)->since;
    };
    CHECK(since(0).empty()); // 30 runs are read
    auto history = History::open_to_write(folder.path("state"));
    REQUIRE(history);
    REQUIRE(history->import());
    CHECK(since(0) == "2026a00");
    CHECK(since(1) == "2026a00");
    // What is not read may be damaged; what the history lost is read again.
    (void)folder.file("state/runs/2026a44/hosts.jsonl", "");
    CHECK(since(0) == "2026a00");
    REQUIRE(history->database().run("DELETE FROM visit"));
    CHECK(since(0).empty());
}

TEST_CASE("compare runs: an older run that cannot be read is passed over", "[changes]") {
    const Scratch folder;
    store(folder, "2026a", {{"vm"}});
    store(folder, "2026b", {{"vm"}});
    store(folder, "2026c", {{"vm", silent}});
    store(folder, "2026d", {{"vm"}});
    (void)folder.file("state/runs/2026b/run.json", "{");
    const auto difference = compared(folder, "2026c", "2026d");
    CHECK(difference.at(0)->since == "2026a");
}

TEST_CASE("compare runs: which run is the one before", "[changes]") {
    const Scratch folder;
    store(folder, "2026a", {{"a"}});
    store(folder, "2026b", {{"a"}}, {"noon", "scope", {}});
    store(folder, "2026c", {{"a"}});
    store(folder, "2026d", {{"a"}}, {"nightly", "scope", {}}, End::interrupted);
    store(folder, "2026e", {{"a"}}, {"", "", {}});
    CHECK(baseline(folder, "2026c") == "2026a");
    CHECK(baseline(folder, "2026d") == "2026c");
    CHECK(baseline(folder, "2026c", "2026b") == "2026b");
    CHECK(baseline(folder, "2026c", "last:noon") == "2026b");
    CHECK_THAT(
        baseline(folder, "2026a"), Catch::Contains("no complete run about the same targets")
    );
    CHECK_THAT(
        baseline(folder, "2026e"), Catch::Contains("no complete run about the same targets")
    );
    CHECK(comparable(folder, "last") == "2026c");
    CHECK(comparable(folder, "last:nightly") == "2026c");
    CHECK(comparable(folder, "last:noon") == "2026b");
    CHECK(comparable(folder, "2026e") == "2026e");
    CHECK_THAT(
        comparable(folder, "last:morning"), Catch::Contains("no complete run is stored for")
    );
    CHECK_THAT(comparable(folder, "last:"), Catch::Contains("no run has the name"));
}

TEST_CASE("diff: its exit status", "[changes]") {
    const Scratch folder;
    CHECK(diff(folder, {"last"}, "json").status == exit_usage); // nothing is stored
    store(folder, "2026a", {{"a"}, {"b"}});
    const auto alone = diff(folder, {"last"}, "json");
    CHECK(alone.status == exit_usage);
    CHECK_THAT(alone.err, Catch::Contains("rdpsweep diff A B"));
    store(folder, "2026b", {{"a", {}, broken}, {"b"}});
    for (const auto& runs :
         std::vector<std::vector<std::string>>{{"last"}, {"last:nightly"}, {"2026a", "last"}}) {
        const auto said = diff(folder, runs, "json");
        CHECK(said.status == exit_ok);
        const auto json = nlohmann::json::parse(said.out);
        CHECK(json.at("before").at("id") == "2026a");
        CHECK(json.at("changed").at(0).at("name") == "a");
        CHECK(json.at("summary").at("hosts").at("worse") == 1);
    }
    CHECK(diff(folder, {"2026x", "last"}, "json").status == exit_usage);
    CHECK_FALSE(wrong_diff({{}, {"a", "b", "c"}, "text", "-", "", {}}).empty());
    CHECK(wrong_diff({{}, {"a", "b"}, "text", "-", "", {}}).empty());
}

TEST_CASE("diff: what fails of what changed", "[changes]") {
    const Scratch folder;
    store(folder, "2026a", {{"a"}, {"b"}});
    store(folder, "2026b", {{"a", {}, broken}, {"b"}});
    store(folder, "2026c", {{"a", {}, broken}, {"b", silent}});
    const auto status = [&folder](const std::string& before, std::optional<FailOnChange> fail_on) {
        DiffOptions options;
        options.state_dir = folder.path("state");
        options.runs = {before, before == "2026a" ? "2026b" : "2026c"};
        options.fail_on = fail_on;
        return run_verb([&options] { return run_diff(options); }).status;
    };
    CHECK(status("2026a", {}) == exit_ok);
    CHECK(status("2026a", FailOnChange::news) == exit_findings);
    CHECK(status("2026a", FailOnChange::worse) == exit_findings);
    CHECK(status("2026a", FailOnChange::unassessable) == exit_ok);
    CHECK(status("2026b", FailOnChange::news) == exit_ok);
    CHECK(status("2026b", FailOnChange::unassessable) == exit_incomplete);
}

TEST_CASE("report: with a baseline it says what changed, and fails for that", "[changes]") {
    const Scratch folder;
    store(folder, "2026a", {{"a"}, {"b"}});
    store(folder, "2026b", {{"a", {}, broken}, {"b", silent}});
    StoredReportOptions options;
    options.state_dir = folder.path("state");
    options.run = "last";
    options.reports = {{"json", "-"}};
    const auto report = [&options] { return run_verb([&options] { return run_report(options); }); };
    CHECK_THAT(report().out, !Catch::Contains("\"changes\""));
    for (const auto* baseline : {"", "2026a", "last", "last:nightly", "nightly"}) {
        options.baseline = baseline;
        options.since_last = options.baseline.empty();
        const auto json = nlohmann::json::parse(report().out);
        INFO(baseline);
        CHECK(json.at("baseline").at("id") == "2026a");
        CHECK(json.at("changes").at("hosts").at("became_unassessable") == 1);
        CHECK(json.at("hosts").at(0).at("change").at("word") == "worse");
    }
    options.fail_on_change = FailOnChange::news;
    CHECK(report().status == exit_findings_incomplete);
    options.max_unassessed = 1;
    CHECK(report().status == exit_findings);
    options.fail_on_change = FailOnChange::unassessable;
    CHECK(report().status == exit_incomplete);
    options.run = "2026a";
    options.baseline = "";
    options.since_last = true;
    CHECK(report().status == exit_usage); // nothing is before it
    options.since_last = false;
    options.baseline = "nobody";
    const auto nobody = report();
    CHECK(nobody.status == exit_usage);
    CHECK_THAT(nobody.err, Catch::Contains("has that name"));
    CHECK(wrong_report(options).empty());
    options.since_last = true;
    CHECK_FALSE(wrong_report(options).empty());
    options.since_last = false;
    options.baseline.clear();
    CHECK_FALSE(wrong_report(options).empty()); // it fails on what nobody compares
}

TEST_CASE("diff: the answer in a file, and where it cannot be written", "[changes]") {
    const Scratch folder;
    store(folder, "2026a", {{"a"}});
    store(folder, "2026b", {{"a"}});
    DiffOptions options;
    options.state_dir = folder.path("state");
    options.runs = {"last"};
    options.out = folder.path("diff.txt");
    const auto said = run_verb([&options] { return run_diff(options); });
    CHECK(said.status == exit_ok);
    CHECK(said.out.empty());
    CHECK_THAT(Scratch::read(options.out), Catch::Contains("1 host = 1 same"));
    options.out = folder.path("no/such/folder");
    CHECK(run_verb([&options] { return run_diff(options); }).status == exit_usage);
    options.out = "/dev/full";
    const auto full = run_verb([&options] { return run_diff(options); });
    CHECK(full.status == exit_failed);
    CHECK_THAT(full.err, Catch::Contains("rdpsweep diff"));
}
