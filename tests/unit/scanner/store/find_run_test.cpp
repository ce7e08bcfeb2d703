// Runs by their names, and the one before.
#include "scanner/store/find_run.hpp"
#include "scanner/store/run_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;

namespace {

const Say say = [](const Message& message) { return message.key; };

enum class End { killed, interrupted, whole };

void store(const Scratch& folder, const std::string& id, RunMarks marks, End end = End::whole) {
    RunInfo run;
    run.id = id;
    run.targets = 1;
    auto made = RunStore::create(folder.path("state"), run, say, {"", std::move(marks)});
    REQUIRE(made);
    if (end == End::killed) return;
    Totals totals;
    totals.targets = 1;
    totals.by_outcome[Outcome::unreachable] = 1;
    run.interrupted = end == End::interrupted;
    REQUIRE((*made)->close(run, totals));
}

std::string found(const Scratch& folder, const std::string& word) {
    const auto run = StoredRun::open(folder.path("state"), word);
    return run ? run->run().id : std::string(run.error().detail());
}

std::string before(
    const Scratch& folder,
    const std::string& id,
    const std::string& scope,
    const std::string& name = ""
) {
    const auto run = run_before(folder.path("state"), id, {name, scope, {}});
    REQUIRE(run);
    return run->value_or("none");
}

} // namespace

TEST_CASE("find run: the newest of a name", "[store]") {
    const Scratch folder;
    store(folder, "2026a", {"nightly", "", {}});
    store(folder, "2026b", {"nightly", "", {}}, End::killed);
    store(folder, "2026c", {"other", "", {}});
    store(folder, "2026d", {});
    CHECK(found(folder, "last") == "2026d");
    CHECK(found(folder, "last:nightly") == "2026b");
    CHECK(found(folder, "last:other") == "2026c");
    CHECK(found(folder, "last:night") == "no run has the name \"night\"");
    CHECK(found(folder, "last:") == "no run has the name \"\"");
    const auto run = StoredRun::open(folder.path("state"), "2026b");
    REQUIRE(run);
    CHECK(run->marks().name == "nightly");
    CHECK_FALSE(run->ended());
    CHECK_FALSE(run->complete());
}

TEST_CASE("find run: the one before is complete, and about the same", "[store]") {
    const Scratch folder;
    store(folder, "2026a", {"", "one", {}});
    store(folder, "2026b", {"", "one", {}});
    store(folder, "2026c", {"", "two", {}});
    store(folder, "2026d", {"", "one", {}}, End::killed);
    store(folder, "2026e", {"", "one", {}}, End::interrupted);
    store(folder, "2026f", {"", "", {}});
    store(folder, "2026g", {"", "one", {}});
    CHECK(before(folder, "2026g", "one") == "2026b");
    CHECK(before(folder, "2026b", "one") == "2026a");
    CHECK(before(folder, "2026a", "one") == "none");
    CHECK(before(folder, "2026g", "two") == "2026c");
    CHECK(before(folder, "2026g", "") == "none");
    // A run that is damaged hides none of the others.
    (void)folder.file("state/runs/2026b/run.json", "{");
    CHECK(before(folder, "2026g", "one") == "2026a");
}

TEST_CASE("find run: the one before is of the same name, if any is", "[store]") {
    const Scratch folder;
    store(folder, "2026a", {"nightly", "one", {}});
    store(folder, "2026b", {"at-noon", "one", {}});
    store(folder, "2026c", {"nightly", "two", {}});
    CHECK(before(folder, "2026d", "one", "nightly") == "2026a");
    CHECK(before(folder, "2026d", "one", "first-of-its-name") == "2026b");
    CHECK(before(folder, "2026d", "one") == "2026b");
    CHECK(before(folder, "2026d", "three", "nightly") == "none");
}

TEST_CASE(
    "find run: marks and totals come back; without them it is an earlier version's", "[store]"
) {
    const Scratch folder;
    store(folder, "2026a", {"nightly", std::string(64, 'a'), {"PORT.OWNER", "TLS.PROTO"}});
    const auto run = open_run(folder.path("state"), "last");
    REQUIRE(run);
    auto document = read_run_document(*run);
    REQUIRE(document);
    CHECK(document->marks.scope == std::string(64, 'a'));
    CHECK(document->marks.rules == std::vector<std::string>{"PORT.OWNER", "TLS.PROTO"});
    CHECK(document->totals->of(Outcome::unreachable) == 1);
    CHECK(document->complete());
    (void)folder.file(
        "state/runs/2026a/run.json",
        R"({"schema":"rdpsweep.run/1","run":{"id":"2026a","targets":1},"totals":{"targets":1,"refused":1}})"
    );
    document = read_run_document(*run);
    REQUIRE(document);
    CHECK(document->marks.name.empty());
    CHECK(document->marks.scope.empty());
    CHECK(document->marks.rules.empty());
    CHECK(document->complete());
}
