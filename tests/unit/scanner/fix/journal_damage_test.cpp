// A journal that is not what was written: its last line may be torn, and nothing else.
#include "core/text.hpp"
#include "tests/unit/scanner/fix/journal_place.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

const std::vector<JournalEntry> entries{
    {.host = 0, .stage = FixStage::backed_up, .changes = planned_host().changes},
    {.host = 0, .stage = FixStage::applying, .gate = true},
    {.host = 0, .stage = FixStage::applied, .restart = true},
    {.host = 1, .stage = FixStage::skipped, .drifted = true}};

// A place with these four entries, behind the line that names the plan.
struct Kept : Place {
    Kept() {
        auto journal = open();
        REQUIRE(journal);
        for (const auto& entry : entries)
            REQUIRE(journal->append(entry));
        appended = journal->entries();
    }

    std::vector<JournalEntry> appended; // as the process that wrote them has them

    [[nodiscard]] std::vector<std::string> lines() const {
        auto all = split(Scratch::read(path), '\n');
        all.pop_back();
        return all;
    }

    void put_lines(const std::vector<std::string>& lines) const {
        std::string text;
        for (const auto& line : lines)
            text += line + "\n";
        put(text);
    }

    // Neither opens nor reads; the file stays as it is.
    void is_damaged(std::size_t number, const std::string& how) const {
        const auto before = Scratch::read(path);
        const auto opened = open();
        const auto seen = read();
        REQUIRE_FALSE(opened);
        REQUIRE_FALSE(seen);
        for (const auto& error : {opened.error(), seen.error()}) {
            CHECK(error.code() == Errc::malformed_output);
            CHECK(
                error.detail() ==
                "the journal " + path + " is damaged: line " + std::to_string(number) + how
            );
        }
        CHECK(Scratch::read(path) == before);
    }
};

const std::string does_not_follow = " does not follow from the one before it";

} // namespace

TEST_CASE("journal: what was written comes back, and each line names the one before it", "[fix]") {
    const Kept place;
    const auto read = place.read();
    REQUIRE(read);
    REQUIRE(read->size() == 4);
    CHECK((*read)[0].changes == planned_host().changes);
    CHECK((*read)[1].gate);
    CHECK((*read)[2].restart);
    CHECK((*read)[3].drifted);
    CHECK_FALSE((*read)[0].drifted);
    REQUIRE(place.appended.size() == 4);
    CHECK((*read)[3].at > 0);
    CHECK(place.appended[3].at == (*read)[3].at);
    const auto lines = place.lines();
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == R"({"plan":"plan","plan_sha256":"d19e57","prev_sha256":""})");
    for (std::size_t i = 1; i < lines.size(); ++i)
        CHECK(lines[i].find(R"("prev_sha256":")" + sha256_hex(lines[i - 1])) != std::string::npos);
}

TEST_CASE("journal: a line that was changed, taken out, put in or moved is found", "[fix]") {
    const Kept place;
    const auto whole = place.lines();
    for (std::size_t i = 1; i < whole.size(); ++i) {
        INFO(i);
        auto lines = whole;
        lines[i] = lines[i].substr(0, lines[i].size() / 2);
        place.put_lines(lines);
        place.is_damaged(i + 1, does_not_follow);
        lines = whole;
        lines[i].replace(lines[i].find("\"host\":"), 8, "\"host\":7");
        place.put_lines(lines);
        // Of the last line nothing tells but itself.
        if (i + 1 < whole.size()) place.is_damaged(i + 2, does_not_follow);
        lines = whole;
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i));
        place.put_lines(lines);
        if (i + 1 < whole.size()) place.is_damaged(i + 1, does_not_follow);
        lines = whole;
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(i), "");
        place.put_lines(lines);
        place.is_damaged(i + 1, does_not_follow);
    }
}

TEST_CASE("journal: one of another plan is none of this plan's", "[fix]") {
    const Kept place;
    const auto other = Journal::read(place.scratch.path("state"), {"plan", "another"});
    REQUIRE_FALSE(other);
    CHECK(
        other.error().detail() ==
        "the journal " + place.path + " is damaged: line 1 is none of this plan's journal"
    );
    auto lines = place.lines();
    lines.erase(lines.begin());
    place.put_lines(lines);
    place.is_damaged(1, " is none of this plan's journal");
}

TEST_CASE("journal: wherever its last line is torn, the others count and it goes on", "[fix]") {
    const Kept place;
    const auto whole = Scratch::read(place.path);
    const auto last = whole.rfind('\n', whole.size() - 2) + 1;
    for (const auto size : {last + 1, last + 20, whole.size() - 2}) {
        INFO(size);
        place.put(whole.substr(0, size));
        REQUIRE(place.read());
        CHECK(place.read()->size() == 3);
        {
            auto journal = place.open();
            REQUIRE(journal);
            CHECK(journal->entries().size() == 3);
            REQUIRE(journal->append(entries[3]));
            CHECK(journal->entries().size() == 4);
        }
        CHECK(place.lines().size() == 5);
        REQUIRE(place.read());
        CHECK(place.read()->back().drifted);
    }
    // It only lacks its end: what it tells of may have been done.
    place.put(whole.substr(0, whole.size() - 1));
    REQUIRE(place.open());
    CHECK(Scratch::read(place.path) == whole);
    // The very first.
    place.put(R"({"plan":"pl)");
    auto journal = place.open();
    REQUIRE(journal);
    CHECK(journal->entries().empty());
    REQUIRE(journal->append(entries[0]));
    CHECK(place.read()->size() == 1);
}

TEST_CASE("journal: one of an older version opens if it is whole, and is chained from then on") {
    const Place place;
    const std::string old =
        R"({"at":"2026-11-25T21:00:00Z","changes":"run|TermService||stopped|running\n",)"
        R"("host":0,"snapshot":"","stage":"backed_up","why":""})";
    place.put(old + "\n" + old + "\n");
    {
        auto journal = place.open();
        REQUIRE(journal);
        CHECK(journal->entries().size() == 2);
        REQUIRE(journal->append(entries[1]));
    }
    const auto text = Scratch::read(place.path);
    CHECK(place.read()->size() == 3);
    CHECK(text.find(R"("prev_sha256":")" + sha256_hex(old)) != std::string::npos);
    place.put(old + "\n" + text.substr(2 * old.size() + 2) + old + "\n"); // and none after
    REQUIRE_FALSE(place.read());
    place.put(old + "\nnonsense\n" + old + "\n");
    REQUIRE_FALSE(place.open());
    CHECK(
        place.open().error().detail() ==
        "the journal " + place.path + " is damaged: line 2" + does_not_follow
    );
}

TEST_CASE("journal: however full it is, an undo is written down", "[fix]") {
    const Place place;
    auto journal = place.open({1'000, 3'000, 1'500});
    REQUIRE(journal);
    const auto forward = [&](FixStage stage) {
        return journal->append({.host = 0, .stage = stage, .why = "w"});
    };
    int lines = 0;
    while (forward(FixStage::applying))
        ++lines;
    CHECK(lines > 3);
    for (const auto stage : {FixStage::backed_up, FixStage::applied, FixStage::verified})
        CHECK_FALSE(forward(stage));
    CHECK(forward(FixStage::unreachable));
    CHECK(forward(FixStage::rolling_back));
    CHECK(forward(FixStage::rolled_back));
    CHECK(forward(FixStage::rollback_failed));
    while (forward(FixStage::rolling_back)) {
    }
    CHECK(std::filesystem::file_size(place.path) <= 3'000);
    CHECK(std::filesystem::file_size(place.path) > 2'800);
}

TEST_CASE("journal: each line names its host, and no other host takes its place", "[fix]") {
    const Place place;
    auto key = plan_key();
    key.hosts = {{"web-01", "guid-1"}, {"web-02", "guid-2"}};
    {
        auto journal = Journal::open(place.scratch.path("state"), key);
        REQUIRE(journal);
        CHECK_FALSE(journal->names_plan());
        for (const auto& entry : entries)
            REQUIRE(journal->append(entry));
    }
    const auto lines = split(Scratch::read(place.path), '\n');
    CHECK_THAT(lines[1], Catch::Contains(R"("host":0,"id":"web-01","machine_guid":"guid-1")"));
    CHECK_THAT(lines[4], Catch::Contains(R"("host":1,"id":"web-02","machine_guid":"guid-2")"));
    {
        const auto again = Journal::open(place.scratch.path("state"), key);
        REQUIRE(again);
        CHECK(again->names_plan());
        CHECK(again->entries().size() == 4);
    }
    const std::vector<std::pair<std::vector<JournalHost>, std::size_t>> others{
        {{{"web-02", "guid-2"}, {"web-01", "guid-1"}}, 2}, // the same two, in another order
        {{{"web-01", "guid-1"}, {"web-02", "guid-3"}}, 5}, // another Windows
        {{{"web-01", "guid-1"}, {"web-03", "guid-2"}}, 5},
        {{{"web-01", "guid-1"}}, 5}};
    for (const auto& [hosts, line] : others) {
        INFO(line);
        auto other = plan_key();
        other.hosts = hosts;
        const auto words = "the journal " + place.path + " is damaged: line " +
                           std::to_string(line) + " is about another host than the plan has there";
        const auto opened = Journal::open(place.scratch.path("state"), other);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().detail() == words);
        const auto seen = Journal::read(place.scratch.path("state"), other);
        REQUIRE_FALSE(seen);
        CHECK(seen.error().detail() == words);
    }
}
