// Which runs go, and which stay.
#include "scanner/store/find_run.hpp"
#include "scanner/store/plan_notes.hpp"
#include "scanner/store/prune_runs.hpp"
#include "scanner/store/run_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <filesystem>

using namespace rdpsweep;

namespace {

namespace fs = std::filesystem;

const Say say = [](const Message& message) { return message.key; };
constexpr std::int64_t day = 86'400;

std::unique_ptr<RunStore>
begin(const std::string& state, const std::string& id, std::int64_t started) {
    RunInfo run;
    run.id = id;
    run.started = started;
    auto store = RunStore::create(state, run, say);
    REQUIRE(store);
    return *std::move(store);
}

void store(const std::string& state, const std::string& id, std::int64_t started) {
    auto made = begin(state, id, started);
    RunInfo run;
    run.id = id;
    run.started = started;
    REQUIRE(made->close(run, {}));
}

std::string left(const std::string& state) {
    std::string all;
    const auto runs = open_runs(state);
    REQUIRE(runs);
    for (const auto& id : run_ids(*runs))
        all += id;
    return all;
}

Pruned prune(const std::string& state, const PruneRules& rules) {
    auto pruned = prune_runs(state, rules);
    REQUIRE(pruned);
    return *std::move(pruned);
}

} // namespace

TEST_CASE("prune runs: those before a time, but for the newest", "[store]") {
    const Scratch folder;
    const auto state = folder.path("state");
    for (int at = 1; at <= 6; ++at)
        store(state, std::string(1, static_cast<char>('a' + at - 1)), at * day);
    CHECK(prune(state, {.before = 3 * day, .newest = 1, .dry = true}).gone.size() == 2);
    CHECK(left(state) == "abcdef");
    CHECK(prune(state, {.before = 3 * day, .newest = 1}).gone.size() == 2);
    CHECK(left(state) == "cdef");
    CHECK_FALSE(fs::exists(state + "/runs/a"));
    CHECK(prune(state, {.before = 100 * day, .newest = 3}).gone.size() == 1);
    CHECK(left(state) == "def");
    CHECK(prune(state, {.before = 100 * day, .newest = 100}).gone.empty());
}

TEST_CASE("prune runs: what is written, planned from or not ours stays", "[store]") {
    const Scratch folder;
    const auto state = folder.path("state");
    const auto written = begin(state, "a", day);
    for (const auto* id : {"b", "c", "d", "e", "f", "z"})
        store(state, id, day);
    REQUIRE(note_plan(state, "b", "plan-of-b", 50 * day)); // still valid
    REQUIRE(note_plan(state, "c", "plan-of-c", 5 * day));  // applied, and expired since
    fs::create_directories(state + "/plans/plan-of-c");
    REQUIRE(note_plan(state, "d", "plan-of-d", 5 * day)); // expired, and never applied
    (void)folder.file("state/runs/e/notes.txt", "of somebody");
    (void)folder.file("state/runs/f/run.json", "{}");
    (void)folder.file("state/runs/d/hosts.jsonl.0123456789abcdef.part", "half");
    const auto pruned = prune(state, {.before = 9 * day, .newest = 1, .now = 10 * day});
    CHECK(pruned.gone == std::vector<std::string>{"d"});
    CHECK(left(state) == "abcefz");
    CHECK_FALSE(fs::exists(state + "/runs/d"));
    REQUIRE(pruned.stays.size() == 5);
    CHECK(pruned.stays[0].second == "it is being written");
    CHECK(pruned.stays[1].second == "plan-of-b was made from it");
    CHECK(pruned.stays[2].second == "plan-of-c was made from it");
    CHECK(pruned.stays[3].second == "its folder holds notes.txt, which is not ours");
    CHECK(pruned.stays[4].second == "it cannot be read, or is not ours");
}

TEST_CASE("prune runs: runs before one are compressed, the newest of them first", "[store]") {
    const Scratch folder;
    const auto state = folder.path("state");
    for (const auto* id : {"a", "b", "d", "e"})
        store(state, id, day);
    const auto written = begin(state, "c", day);
    const auto packed = [&state](const char* id) {
        return fs::exists(state + "/runs/" + id + "/hosts.jsonl.gz");
    };
    CHECK(pack_before(state, "e", 2) == 2);
    CHECK(packed("d"));
    CHECK(packed("b"));
    CHECK_FALSE(packed("c")); // it did not end
    CHECK_FALSE(packed("a"));
    CHECK_FALSE(packed("e"));
    CHECK(pack_before(state, "e", 9) == 1);
    CHECK(packed("a"));
    CHECK(left(state) == "abcde");
}
