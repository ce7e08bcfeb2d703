// The journal of a plan: who has it, and what a crash leaves of its last line.
#include "scanner/fix/journal.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/journal_place.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace rdpsweep;
using namespace rdpsweep::test;

TEST_CASE("journal: one process has it, a torn line is passed over", "[fix]") {
    const Scratch scratch;
    {
        auto journal = Journal::open(scratch.path("state"), plan_key());
        REQUIRE(journal);
        CHECK_FALSE(Journal::open(scratch.path("state"), plan_key()));
        REQUIRE(journal->append({3, FixStage::backed_up, "", planned_host().changes, "", 0}));
        REQUIRE(journal->append({3, FixStage::applying, "", {}, "", 0}));
    }
    const auto path = scratch.path("state") + "/plans/plan/journal.jsonl";
    std::ofstream(path, std::ios::app) << R"({"at":"2026-11-25T21:00:00Z","ho)";
    auto again = Journal::open(scratch.path("state"), plan_key());
    REQUIRE(again);
    REQUIRE(again->entries().size() == 2);
    CHECK(again->entries()[0].changes == planned_host().changes);
    REQUIRE(again->append({3, FixStage::applied, "", {}, "", 0}));
    const auto entries = Journal::read(scratch.path("state"), plan_key());
    REQUIRE(entries);
    CHECK(entries->back().stage == FixStage::applied);
    CHECK(entries->size() == 3);
}

TEST_CASE("journal: what was found of each step is put together in their order", "[fix]") {
    const auto changes = host_in_steps().changes;
    const std::vector<Change> first{changes[0], changes[1]}, second{changes[2]};
    const std::vector<std::string> unsound{"TLS.PROTO"};
    const Scratch scratch;
    {
        auto journal = Journal::open(scratch.path("state"), plan_key());
        REQUIRE(journal);
        REQUIRE(journal->append({0, FixStage::backed_up, "", first, "/copies/1", 0, 0, unsound}));
        REQUIRE(journal->append({0, FixStage::applied, "", {}, "", 0}));
        REQUIRE(journal->append({0, FixStage::backed_up, "", second, "", 0, 1, {}}));
    }
    const auto entries = Journal::read(scratch.path("state"), plan_key());
    REQUIRE(entries);
    auto records = records_of(*entries, 1);
    CHECK(records[0].backup == changes);
    CHECK(records[0].earlier == 2);
    CHECK(records[0].step == 1);
    CHECK(records[0].unsound == unsound);
    CHECK(records[0].snapshot == "/copies/1");
    CHECK(records[0].stage == FixStage::backed_up);
    CHECK(records[0].may_be_changed()); // the first step
    auto again = *entries;
    again.push_back(again.back());
    records = records_of(again, 1);
    CHECK(records[0].backup == changes);
    CHECK(records[0].earlier == 2);
}

TEST_CASE("journal: one change of an earlier step is enough to be undone", "[fix]") {
    HostRecord record;
    record.backup = {planned_host().changes.front()};
    record.stage = FixStage::backed_up;
    CHECK_FALSE(record.may_be_changed()); // looked at, and not written to
    record.earlier = 1;
    CHECK(record.may_be_changed());
    for (const auto stage : {FixStage::rolled_back, FixStage::skipped}) {
        record.stage = stage;
        CHECK_FALSE(record.may_be_changed());
    }
    record.stage = FixStage::applying;
    record.earlier = 0;
    CHECK(record.may_be_changed());
    record.backup.clear();
    CHECK_FALSE(record.may_be_changed());
}

TEST_CASE("journal: a line of an older version has one step, and does not say what was", "[fix]") {
    const Scratch scratch;
    const auto folder = scratch.path("state") + "/plans/plan";
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/journal.jsonl")
        << R"({"at":"2026-11-25T21:00:00Z","changes":"run|TermService||stopped|running\n",)"
        << R"("host":0,"snapshot":"","stage":"backed_up","why":""})"
        << "\n";
    const auto entries = Journal::read(scratch.path("state"), plan_key());
    REQUIRE(entries);
    const auto record = records_of(*entries, 1).front();
    REQUIRE(record.backup.size() == 1);
    CHECK(record.earlier == 0);
    CHECK(record.step == 0);
    CHECK_FALSE(record.unsound);
    CHECK_FALSE(record.may_be_changed());
}

TEST_CASE("journal: a line without end is not read to its end", "[fix]") {
    const Place place;
    const JournalLimits usual;
    CHECK(usual.line == 1'048'576);
    CHECK(usual.bytes == 536'870'912);
    place.put(std::string(usual.line, 'x'));
    CHECK(place.read()); // torn, and no longer than a line may be
    place.put(std::string(usual.line + 1, 'x'));
    place.refuses(" has a line of more than 1048576 bytes");
}

TEST_CASE("journal: a file larger than any journal is not read at all", "[fix]") {
    const Place place;
    place.put("");
    std::filesystem::resize_file(place.path, (512u << 20) + 1); // takes no room on the disk
    place.refuses(" has more than 536870912 bytes");
    place.put(std::string(100, 'x'));
    CHECK(place.read({100, 100}));
    place.refuses(" has more than 99 bytes", {100, 99});
}

TEST_CASE("journal: what has no end, or makes the reader wait, is no journal", "[fix]") {
    const Place place;
    const auto wrong_kind = [&place](const std::string& words) {
        for (const auto& error : {place.open().error(), place.read().error()}) {
            CHECK(error.code() == Errc::access_denied);
            CHECK(error.detail() == "the journal: " + place.path + words);
        }
    };
    for (const char* target : {"/dev/zero", "/dev/full", "/dev/null"}) {
        INFO(target);
        std::filesystem::remove(place.path);
        std::filesystem::create_symlink(target, place.path);
        wrong_kind(" is a symbolic link");
    }
    std::filesystem::remove(place.path);
    REQUIRE(mkfifo(place.path.c_str(), 0600) == 0);
    wrong_kind(" is no regular file");
    std::filesystem::remove(place.path);
    place.put("");
    REQUIRE(chmod(place.path.c_str(), 0666) == 0);
    wrong_kind(" can be written by other users (mode 0666)");
}

TEST_CASE("journal: none is empty, and one that cannot be read is not taken for none", "[fix]") {
    const Place place;
    CHECK(place.read()->empty());
    std::filesystem::create_symlink("journal.jsonl", place.path); // a link to itself
    const auto read = place.read();
    REQUIRE_FALSE(read);
    CHECK(read.error().detail() == "the journal: " + place.path + " is a symbolic link");
}

TEST_CASE("journal: what could not be read back is not written", "[fix]") {
    const Place place;
    const JournalEntry entry{3, FixStage::failed, std::string(200, 'w'), {}, "", 0};
    const auto size = [&] { return std::filesystem::file_size(place.path); };
    std::uintmax_t line = 0, two = 0;
    {
        auto journal = place.open();
        REQUIRE(journal);
        REQUIRE(journal->append(entry));
        two = size();
        REQUIRE(journal->append(entry));
        line = size() - two - 1;
        two = size();
    }
    {
        // As long as it may be, and there is room.
        auto journal = place.open({line, two + line + 1, 0});
        REQUIRE(journal);
        REQUIRE(journal->append(entry));
        const auto full = journal->append(entry);
        REQUIRE_FALSE(full);
        CHECK(
            full.error().detail() == "the journal " + place.path + " has more than " +
                                         std::to_string(two + line + 1) + " bytes"
        );
    }
    CHECK(size() == two + line + 1);
    place.refuses(
        " has a line of more than " + std::to_string(line - 1) + " bytes", {line - 1, 10 * line}
    );
    std::filesystem::remove(place.path);
    auto journal = place.open({line - 1, 10 * line, 0});
    REQUIRE(journal);
    const auto long_line = journal->append(entry);
    REQUIRE_FALSE(long_line);
    CHECK(
        long_line.error().detail() == "the journal " + place.path + " has a line of more than " +
                                          std::to_string(line - 1) + " bytes"
    );
    CHECK(size() == 0);
}
