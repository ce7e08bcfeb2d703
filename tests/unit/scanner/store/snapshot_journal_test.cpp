// The journal of snapshots: what is relied on is on the disk, what is torn was not, and a line that
// is none of ours is named.
#include "scanner/store/run_store.hpp"
#include "scanner/store/snapshot_journal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace rdpsweep;

namespace {

struct SnapshotDesk {
    Scratch scratch;
    std::string state = scratch.path("state");
    std::string run = "RUN";
    AuditLog audit;
    SnapshotJournal journal{state};

    SnapshotDesk() { journal.begin(run, audit); }

    [[nodiscard]] std::string file() const { return state + "/snapshots.jsonl"; }

    [[nodiscard]] std::string text() const {
        std::ifstream in(file());
        std::ostringstream all;
        all << in.rdbuf();
        return all.str();
    }

    void write(const std::string& text) const {
        std::ofstream(file(), std::ios::binary | std::ios::trunc) << text;
    }

    [[nodiscard]] std::vector<std::string> left() const {
        std::vector<std::string> ids;
        const auto open = journal.left();
        REQUIRE(open);
        for (const auto& each : *open)
            ids.push_back(each.entry.id);
        return ids;
    }
};

azure::SnapshotEntry entry_of(const std::string& id) {
    return {id, "RUN", "/vm", "https://management.azure.com"};
}

using Ids = std::vector<std::string>;

} // namespace

TEST_CASE("snapshot journal: what was asked for is known until it is gone", "[store]") {
    SnapshotDesk desk;
    CHECK(desk.left().empty()); // and no file is made by looking
    CHECK_FALSE(std::filesystem::exists(desk.file()));
    REQUIRE(desk.journal.open(entry_of("/a")));
    REQUIRE(desk.journal.open(entry_of("/b")));
    CHECK(desk.left() == Ids{"/a", "/b"});
    REQUIRE(desk.journal.close("/a"));
    CHECK(desk.left() == Ids{"/b"});
    SnapshotJournal other(desk.state); // as another process reads it
    const auto open = other.left();
    REQUIRE(open);
    REQUIRE(open->size() == 1);
    const auto& entry = open->front().entry;
    CHECK(entry.run == "RUN");
    CHECK(entry.vm == "/vm");
    CHECK(entry.cloud == "https://management.azure.com");
    CHECK(open->front().at > 1'700'000'000);
    const auto about = std::filesystem::status(desk.file()).permissions();
    CHECK((about & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

TEST_CASE("snapshot journal: nothing is asked for before the run began", "[store]") {
    Scratch scratch;
    SnapshotJournal journal(scratch.path("state"));
    CHECK_FALSE(journal.open(entry_of("/a")));
    CHECK_FALSE(std::filesystem::exists(scratch.path("state/snapshots.jsonl")));
}

TEST_CASE("snapshot journal: cut anywhere in its last line it is read and goes on", "[store]") {
    SnapshotDesk desk;
    REQUIRE(desk.journal.open(entry_of("/a")));
    REQUIRE(desk.journal.open(entry_of("/b")));
    const auto whole = desk.text();
    const auto second = whole.find('\n') + 1;
    for (auto cut = second; cut < whole.size(); ++cut) {
        INFO(cut);
        desk.write(whole.substr(0, cut));
        const bool counts = cut + 1 == whole.size(); // it lacks its end only
        CHECK(desk.left() == (counts ? Ids{"/a", "/b"} : Ids{"/a"}));
        REQUIRE(desk.journal.open(entry_of("/c")));
        CHECK(desk.left() == (counts ? Ids{"/a", "/b", "/c"} : Ids{"/a", "/c"}));
    }
}

TEST_CASE("snapshot journal: a damaged line is named, and nothing is written after it", "[store]") {
    const std::string good =
        R"({"at":"2026-11-30T22:00:00Z","cloud":"c","id":"/a","run":"R","vm":"/v","what":"make"})"
        "\n";
    for (const auto* bad :
         {"nonsense\n",
          "{}\n",
          "\n",
          "[1]\n",
          "{\"at\":\"2026-11-30T22:00:00Z\",\"id\":\"/b\"}\n",
          R"({"at":"yesterday","id":"/b","run":"R","what":"make"})"
          "\n",
          R"({"at":"2026-11-30T22:00:00Z","id":"/b","what":"make"})"
          "\n"}) {
        INFO(bad);
        SnapshotDesk desk;
        REQUIRE(desk.journal.open(entry_of("/x")));
        desk.write(good + bad + good);
        const auto left = desk.journal.left();
        REQUIRE_FALSE(left);
        CHECK(left.error().code() == Errc::malformed_output);
        CHECK_THAT(std::string(left.error().detail()), Catch::EndsWith("damaged at line 2"));
        CHECK_FALSE(desk.journal.open(entry_of("/y")));
        CHECK(desk.text() == good + bad + good);
    }
    // The same snapshot is not asked for twice.
    CHECK_FALSE(read_snapshot_lines(good + good));
    CHECK(read_snapshot_lines(good));
}

TEST_CASE("snapshot journal: it does not grow by what is gone", "[store]") {
    SnapshotDesk desk;
    REQUIRE(desk.journal.open(entry_of("/kept")));
    std::string many = desk.text();
    const std::string gone = R"({"at":"2026-11-30T22:00:00Z","id":"/other","what":"gone"})"
                             "\n";
    while (many.size() <= (1u << 20))
        many += gone;
    desk.write(many);
    REQUIRE(desk.journal.open(entry_of("/new")));
    CHECK(desk.left() == Ids{"/kept", "/new"});
    CHECK(desk.text().size() < 1000);
    desk.write(std::string((16u << 20) + 1, '\n'));
    CHECK_FALSE(desk.journal.left()); // no file of ours is that large
}

TEST_CASE("snapshot journal: a file that others can write to is not believed", "[store]") {
    SnapshotDesk desk;
    REQUIRE(desk.journal.open(entry_of("/a")));
    std::filesystem::permissions(desk.file(), std::filesystem::perms{0666});
    CHECK(desk.journal.left().error().code() == Errc::access_denied);
    CHECK(desk.journal.open(entry_of("/b")).error().code() == Errc::access_denied);
}

TEST_CASE("snapshot journal: a run lives while its lines are locked", "[store]") {
    SnapshotDesk desk;
    REQUIRE(desk.journal.open(entry_of("/a")));
    CHECK_FALSE(run_lives(desk.state, "RUN")); // it is not there at all
    RunInfo run;
    run.id = "RUN";
    const auto say = [](const Message& message) { return message.key; };
    {
        auto store = RunStore::create(desk.state, run, say);
        REQUIRE(store);
        CHECK(run_lives(desk.state, "RUN"));
    }
    CHECK_FALSE(run_lives(desk.state, "RUN"));
}
