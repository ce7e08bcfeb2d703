// What a history does where its file, its disk or its process fails, and with what VMs may say.
#include "tests/unit/scanner/history/history_rig.hpp"

#include <csignal>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace rdpsweep;
using namespace rdpsweep::history_test;

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
