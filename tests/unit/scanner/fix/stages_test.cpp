// The stages of a host's fix, in words and in what a journal makes of them; files and locks of a
// plan; and what the answers of a script add up to.
#include "scanner/fix/change_results.hpp"
#include "scanner/fix/host_lock.hpp"
#include "scanner/fix/journal.hpp"
#include "scanner/fix/plan_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <unistd.h>

using namespace rdpsweep;

namespace {

using Did = ChangeResult::Did;

ChangeResult result(Did did, std::string now = "", std::string why = "") {
    return {"", did, std::move(now), std::move(why)};
}

} // namespace

TEST_CASE("stages: each in a word, and which of them are ends", "[fix]") {
    struct Row {
        FixStage stage;
        std::string_view word;
        bool end;
    };

    for (const auto& row :
         {Row{FixStage::planned, "planned", false},
          Row{FixStage::backed_up, "backed_up", false},
          Row{FixStage::applying, "applying", false},
          Row{FixStage::applied, "applied", false},
          Row{FixStage::rolling_back, "rolling_back", false},
          Row{FixStage::skipped, "skipped", true},
          Row{FixStage::failed, "failed", true},
          Row{FixStage::unreachable, "unreachable", false},
          Row{FixStage::verified, "verified", true},
          Row{FixStage::rolled_back, "rolled_back", true},
          Row{FixStage::rollback_failed, "rollback_failed", true}}) {
        CHECK(to_string(row.stage) == row.word);
        CHECK(is_end(row.stage) == row.end);
    }
}

TEST_CASE("records: the last word counts, the first backup stays, other hosts are passed over") {
    const std::vector<Change> found{{Change::Kind::run, "TermService", "", "stopped", "running"}};
    const auto records = records_of(
        {{0, FixStage::backed_up, "", found, "/copies/x", 0},
         {0, FixStage::applying, "", {}, "", 0},
         {2, FixStage::failed, "beyond", {}, "", 0},
         {0, FixStage::rolling_back, "it got worse", {}, "", 0},
         {0, FixStage::unreachable, "gone", {}, "", 0}},
        2
    );
    REQUIRE(records.size() == 2);
    CHECK(records[0].stage == FixStage::unreachable);
    CHECK(records[0].why == "gone");
    CHECK(records[0].undoing);
    CHECK(records[0].backup == found);
    CHECK(records[0].snapshot == "/copies/x");
    CHECK(records[1].stage == FixStage::planned);
    CHECK_FALSE(records[1].undoing);
    CHECK(records[1].backup.empty());
}

TEST_CASE("records: what an earlier process sent, restarted and opened", "[fix]") {
    const std::vector<Change> found{{Change::Kind::run, "TermService", "", "stopped", "running"}};
    std::vector<JournalEntry> entries{
        {.host = 0,
         .stage = FixStage::backed_up,
         .changes = found,
         .reached = true,
         .worked = true}};
    const auto record = [&] { return records_of(entries, 1).front(); };
    CHECK(record().worked);
    CHECK(record().sent == 0);
    CHECK_FALSE(record().may_be_changed());
    entries.push_back({.host = 0, .stage = FixStage::applying, .gate = true});
    CHECK(record().sent == 1);
    CHECK(record().gated);
    CHECK(record().opened.empty());
    entries.push_back(
        {.host = 0,
         .stage = FixStage::applied,
         .why = "opened in Azure's network: nsg/rule",
         .gate = true,
         .restart = true}
    );
    CHECK(record().opened == "nsg/rule");
    CHECK(record().restarted);
    entries.push_back({.host = 0, .stage = FixStage::rolling_back});
    CHECK(record().gated);
    entries.push_back({.host = 0, .stage = FixStage::rolled_back});
    CHECK_FALSE(record().gated);
    CHECK_FALSE(record().may_be_changed());
    // Backed up again, as nothing had been written: only what was opened is left to undo.
    entries.resize(2);
    entries.push_back({.host = 0, .stage = FixStage::backed_up, .changes = found});
    CHECK(record().backup == found);
    CHECK(record().sent == 0);
    CHECK_FALSE(record().worked);
    CHECK(record().may_be_changed());
    auto closed = record();
    closed.stage = FixStage::skipped;
    CHECK_FALSE(closed.may_be_changed());
    // Older versions told only what they had made.
    entries = {
        {.host = 0, .stage = FixStage::applied, .why = "opened in Azure's network: nsg/rule"}};
    CHECK(record().gated);
}

TEST_CASE("host lock: one plan a Windows, whatever the case of its GUID", "[fix]") {
    const Scratch scratch;
    {
        const auto one = HostLock::take(scratch.path("state"), "0F7D-a");
        REQUIRE(one);
        const auto same = HostLock::take(scratch.path("state"), "0f7d-A");
        REQUIRE_FALSE(same);
        CHECK(same.error().code() == Errc::taken);
        CHECK(HostLock::take(scratch.path("state"), "0f7d-b"));
    }
    CHECK(HostLock::take(scratch.path("state"), "0f7d-a"));
    const auto nowhere = HostLock::take("/proc/none", "0f7d-a");
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().code() == Errc::local_limit);
}

TEST_CASE("plan file: written once, for its owner, and read within bounds", "[fix]") {
    const Scratch scratch;
    const auto path = scratch.path("plan.json");
    Plan plan;
    plan.id = "20261130T010203Z-abcd";
    REQUIRE(write_plan(path, plan));
    CHECK(Scratch::read(path) == plan_text(plan));
    CHECK(
        std::filesystem::status(path).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
    );
    CHECK_FALSE(write_plan(path, plan)); // what somebody approved is not written over
    CHECK(*read_plan_file(path) == plan_text(plan));
    CHECK_FALSE(read_plan_file(scratch.path("none")));
    const auto huge = scratch.file("huge", "");
    std::filesystem::resize_file(huge, 64u << 20);
    CHECK(read_plan_file(huge)->size() == 64u << 20);
    std::filesystem::resize_file(huge, (64u << 20) + 1);
    CHECK_FALSE(read_plan_file(huge));
}

TEST_CASE("plan file: what can be written can be read, and what cannot is not written", "[fix]") {
    const Scratch scratch;
    Plan plan;
    plan.id = "20261130T010203Z-abcd";
    // 20,000 VMs that were left out are 7.6 MB.
    plan.skipped.resize(
        20'000, {std::string(300, 'v'), "TLS.PROTO", {"fix.refused.why", {}}, "id"}
    );
    REQUIRE(plan_text(plan).size() > 7'000'000);
    REQUIRE(write_plan(scratch.path("large"), plan));
    const auto read = load_plan(scratch.path("large"));
    REQUIRE(read);
    CHECK(read->skipped.size() == 20'000);
    plan.skipped.resize(200'000, plan.skipped.front());
    const auto written = write_plan(scratch.path("larger"), plan);
    REQUIRE_FALSE(written);
    CHECK_THAT(
        std::string(written.error().detail()),
        Catch::StartsWith("this plan could not be read again: ") &&
            Catch::Contains("JSON of more than 67108864 bytes")
    );
    CHECK_THAT(std::string(written.error().hint()), Catch::Contains("--max-targets"));
    CHECK_FALSE(std::filesystem::exists(scratch.path("larger")));
}

TEST_CASE("results: all as wanted, the first failure, what was found", "[fix]") {
    CHECK(every({result(Did::written), result(Did::kept)}, Did::written)); // kept: it was so before
    CHECK(every({result(Did::kept)}, Did::kept));
    CHECK_FALSE(every({result(Did::kept), result(Did::written)}, Did::kept));
    CHECK_FALSE(every({result(Did::written), result(Did::drift)}, Did::written));
    CHECK_FALSE(every({result(Did::failed)}, Did::written));
    CHECK(
        first_failure(
            {result(Did::written, "", "x"),
             result(Did::failed, "", "denied"),
             result(Did::failed, "", "later")}
        ) == "denied"
    );
    CHECK(first_failure({result(Did::drift, "", "x")}) == "it is neither as planned nor done");
    CHECK(reason_for(result(Did::drift, "", "busy")) == "busy");
    CHECK(reason_for(result(Did::drift)) == "something changed while it was looked at");
    const std::vector<Change> changes{
        {Change::Kind::value, "K", "A", "dword:0", "dword:1"},
        {Change::Kind::start, "S", "", "start:enabled", "start:4"}};
    const auto found = [](std::string a, std::string b) {
        return std::vector{result(Did::kept, std::move(a)), result(Did::kept, std::move(b))};
    };
    CHECK(found_all(changes, found("dword:0", "start:2"), &Change::before));
    CHECK_FALSE(found_all(changes, found("dword:0", "start:4"), &Change::before));
    CHECK_FALSE(found_all(changes, found("dword:1", "start:2"), &Change::before));
    CHECK(found_all(changes, found("dword:1", "start:4"), &Change::after));
}

TEST_CASE(
    "results: only where something drifted and nothing was written, nothing came of it", "[fix]"
) {
    using Did = ChangeResult::Did;
    const auto nothing = [](std::initializer_list<Did> all) {
        std::vector<ChangeResult> results;
        for (const auto did : all)
            results.push_back({"a", did, "a", ""});
        return came_to_nothing(results);
    };
    CHECK(nothing({Did::drift}));
    CHECK(nothing({Did::kept, Did::drift}));
    CHECK_FALSE(nothing({Did::kept, Did::kept})); // all was done before
    CHECK_FALSE(nothing({Did::written, Did::drift}));
    CHECK_FALSE(nothing({Did::drift, Did::failed}));
    CHECK_FALSE(nothing({Did::written}));
    CHECK_FALSE(nothing({}));
}

TEST_CASE("host lock: its descriptor may be 0, where a program has no input", "[fix]") {
    const Scratch scratch;
    const int input = ::dup(STDIN_FILENO);
    ::close(STDIN_FILENO);
    {
        const auto one = HostLock::take(scratch.path("state"), "0f7d-a");
        CHECK(one);
        CHECK_FALSE(HostLock::take(scratch.path("state"), "0f7d-a"));
    }
    CHECK(HostLock::take(scratch.path("state"), "0f7d-a"));
    if (input < 0) return;
    ::dup2(input, STDIN_FILENO);
    ::close(input);
}
