#include "scanner/run/verdict_status.hpp"
#include "scanner/store/fleet.hpp"
#include "scanner/store/run_store.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace rdpsweep;

namespace {

namespace fs = std::filesystem;

struct Folder {
    Folder() {
        std::string pattern = fs::temp_directory_path() / "rdpsweep-XXXXXX";
        path = mkdtemp(pattern.data());
    }

    ~Folder() { fs::remove_all(path); }

    std::string path;
};

const Say say = [](const Message& message) { return message.key; };

RunInfo run_called(const std::string& id) {
    RunInfo run;
    run.id = id;
    run.started = 1795402800;
    run.version = "test";
    run.targets = 3;
    return run;
}

HostResult host(std::size_t index, Outcome outcome, Verdict verdict = Verdict::ok) {
    HostResult result;
    result.index = index;
    result.target.id = result.target.name = "vm-" + std::to_string(index);
    result.outcome = outcome;
    result.verdict = verdict;
    return result;
}

std::vector<std::string> names_in(StoredRun& run) {
    std::vector<std::string> names;
    REQUIRE(run.for_each([&](const HostResult& result) { names.push_back(result.target.name); }));
    return names;
}

} // namespace

TEST_CASE(
    "run store: hosts come back in inventory order, the last record of each counts", "[store]"
) {
    const Folder folder;
    {
        auto store = RunStore::create(folder.path, run_called("20260101T000000Z-a"), say);
        REQUIRE(store);
        REQUIRE((*store)->started(1, "vm-1"));
        REQUIRE((*store)->finished(host(1, Outcome::unreachable)));
        REQUIRE((*store)->finished(host(0, Outcome::assessed)));
        REQUIRE((*store)->finished(host(1, Outcome::assessed, Verdict::broken)));
    }
    auto stored = StoredRun::open(folder.path, "last");
    REQUIRE(stored);
    CHECK(names_in(*stored) == std::vector<std::string>{"vm-0", "vm-1"});
    CHECK_FALSE(stored->ended());
    REQUIRE(stored->for_each([](const HostResult& result) {
        CHECK(result.outcome == Outcome::assessed);
    }));
}

TEST_CASE("run store: a torn last line loses that host only, and writing goes on", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    {
        auto store = RunStore::create(folder.path, run, say);
        REQUIRE(store);
        REQUIRE((*store)->finished(host(0, Outcome::assessed)));
    }
    std::ofstream(folder.path + "/runs/" + run.id + "/hosts.jsonl", std::ios::app)
        << R"({"record":"finished","index":1,"host":{"na)";
    {
        auto torn = StoredRun::open(folder.path, "last");
        REQUIRE(torn);
        CHECK(names_in(*torn) == std::vector<std::string>{"vm-0"});
        auto again = RunStore::reopen(folder.path, run, say);
        REQUIRE(again);
        REQUIRE((*again)->finished(host(2, Outcome::assessed)));
    }
    auto stored = StoredRun::open(folder.path, "last");
    REQUIRE(stored);
    CHECK(names_in(*stored).back() == "vm-2");
}

TEST_CASE("run store: a run that is being written cannot be written by another", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    auto store = RunStore::create(folder.path, run, say);
    REQUIRE(store);
    const auto second = RunStore::reopen(folder.path, run, say);
    REQUIRE_FALSE(second);
    CHECK(second.error().code() == Errc::taken);
    CHECK(second.error().detail().find("still being written") != std::string_view::npos);
}

TEST_CASE("run store: a damaged record costs its host, not the run", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    {
        auto store = RunStore::create(folder.path, run, say);
        REQUIRE(store);
        REQUIRE((*store)->finished(host(0, Outcome::assessed)));
    }
    std::ofstream(folder.path + "/runs/" + run.id + "/hosts.jsonl", std::ios::app)
        << R"({"record":"finished","index":1,"host":{"na)"
        << "\n";
    auto stored = StoredRun::open(folder.path, "last");
    REQUIRE(stored);
    CHECK(names_in(*stored) == std::vector<std::string>{"vm-0"});
    CHECK(stored->damaged() == 1);
}

TEST_CASE("run store: a record is read as strictly as a document", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    {
        auto store = RunStore::create(folder.path, run, say);
        REQUIRE(store);
        for (const std::size_t index : {0, 1, 2})
            REQUIRE((*store)->finished(host(index, Outcome::assessed)));
    }
    const auto text = [&](std::size_t index) {
        return to_json_text(host(index, Outcome::assessed, Verdict::broken), say);
    };
    const auto twice = text(0).insert(1, R"("address":"",)");
    std::ofstream(folder.path + "/runs/" + run.id + "/hosts.jsonl", std::ios::app)
        << R"({"record":"finished","index":0,"host":)" << twice << "}\n"
        << R"({"record":"finished","index":1,"host":)" << text(2) << "}\n"
        << R"({"record":"finished","index":2,"later":[1], "host": )" << text(2) << "}\n";
    auto stored = StoredRun::open(folder.path, "last");
    REQUIRE(stored);
    CHECK(names_in(*stored) == std::vector<std::string>{"vm-2"});
    CHECK(stored->damaged() == 2);
    REQUIRE(stored->for_each([](const HostResult& result) {
        CHECK(result.verdict == Verdict::broken);
    }));
}

TEST_CASE("run store: what this program wrote is handed on as text, the rest is not", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    {
        auto store = RunStore::create(folder.path, run, say);
        REQUIRE(store);
        CHECK((*store)->begun_at() == 0);
        REQUIRE((*store)->finished(host(0, Outcome::unreachable)));
        REQUIRE((*store)->finished(host(1, Outcome::assessed)));
    }
    std::uint64_t begun_at = 0;
    {
        auto store = RunStore::reopen(folder.path, run, say);
        REQUIRE(store);
        begun_at = (*store)->begun_at();
        REQUIRE((*store)->finished(host(0, Outcome::assessed)));
    }
    const auto path = folder.path + "/runs/" + run.id + "/hosts.jsonl";
    CHECK(begun_at > 0);
    CHECK(begun_at < fs::file_size(path));
    auto stored = StoredRun::open(folder.path, "last");
    REQUIRE(stored);
    const auto texts = [&stored] {
        std::vector<std::string> all;
        REQUIRE(stored->for_each_as_text([&](const HostResult& result, std::string_view json) {
            CHECK(result.outcome == Outcome::assessed);
            all.emplace_back(json);
        }));
        return all;
    };
    CHECK(texts() == std::vector<std::string>{"", ""});
    stored->is_ours_from(begun_at);
    const auto written = to_json_text(host(0, Outcome::assessed), say);
    CHECK(texts() == std::vector<std::string>{written, ""});
}

TEST_CASE("run store: runs are found by a unique beginning", "[store]") {
    const Folder folder;
    const auto none = StoredRun::open(folder.path, "last");
    REQUIRE_FALSE(none);
    CHECK(none.error().code() == Errc::not_found);
    CHECK(none.error().detail() == "no run is stored");
    CHECK(none.error().hint().find(folder.path + "/runs") != std::string_view::npos);
    for (const auto* id : {"20260101T000000Z-a", "20260102T000000Z-b"}) {
        REQUIRE(RunStore::create(folder.path, run_called(id), say));
    }
    CHECK(StoredRun::open(folder.path, "last")->run().id == "20260102T000000Z-b");
    CHECK(StoredRun::open(folder.path, "20260101")->run().id == "20260101T000000Z-a");
    CHECK_FALSE(StoredRun::open(folder.path, "2026"));
    CHECK_FALSE(StoredRun::open(folder.path, "2027"));
    CHECK_FALSE(StoredRun::open(folder.path, "../../etc"));
}

TEST_CASE("run store: a run that lost a file is told as missing, not as a full disk", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    REQUIRE(RunStore::create(folder.path, run, say));
    std::filesystem::remove(folder.path + "/runs/" + run.id + "/hosts.jsonl");
    const auto stored = StoredRun::open(folder.path, "last");
    REQUIRE_FALSE(stored);
    CHECK(stored.error().code() == Errc::not_found);
    CHECK(stored.error().detail().find("hosts.jsonl") != std::string_view::npos);
    CHECK(stored.error().hint().find("disk") == std::string_view::npos);
}

TEST_CASE("run store: a folder that cannot be made is an error with a cure", "[store]") {
    const auto store = RunStore::create("/proc/none", run_called("x"), say);
    REQUIRE_FALSE(store);
    CHECK(store.error().code() == Errc::local_limit);
    CHECK_FALSE(store.error().hint().empty());
}

TEST_CASE("run store: a record of a host that is not there costs nothing", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    const auto path = folder.path + "/runs/" + run.id + "/hosts.jsonl";
    {
        auto store = RunStore::create(folder.path, run, say);
        REQUIRE(store);
        REQUIRE((*store)->finished(host(2, Outcome::assessed)));
    }
    const auto size = fs::file_size(path);
    for (const auto* index : {"3", "67108863", "999999999", "18446744073709551615", "1e9", "-1"}) {
        INFO(index);
        fs::resize_file(path, size);
        std::ofstream(path, std::ios::app) << finished_prefix << index << R"(,"host":{}})"
                                           << "\n";
        auto stored = StoredRun::open(folder.path, "last");
        REQUIRE(stored);
        CHECK(names_in(*stored) == std::vector<std::string>{"vm-2"});
        CHECK(stored->damaged() == 0);
    }
    // One that says it is another host than its place has is damaged.
    fs::resize_file(path, size);
    auto text = std::ostringstream();
    text << std::ifstream(path).rdbuf();
    auto line = text.str().substr(text.str().rfind(finished_prefix));
    line.replace(finished_prefix.size(), 1, "0");
    std::ofstream(path, std::ios::app) << line;
    auto stored = StoredRun::open(folder.path, "last");
    REQUIRE(stored);
    CHECK(names_in(*stored) == std::vector<std::string>{"vm-2"});
    CHECK(stored->damaged() == 1);
}

TEST_CASE("run store: what cannot be read is no run that saw nobody", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    {
        auto store = RunStore::create(folder.path, run, say);
        REQUIRE(store);
        REQUIRE((*store)->finished(host(2, Outcome::assessed)));
    }
    rlimit usual{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &usual) == 0);
    bool failed = false, read = false;
    for (rlim_t most = 3; most < 64; ++most) {
        INFO(most);
        auto few = usual;
        few.rlim_cur = most;
        REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
        auto stored = StoredRun::open(folder.path, "last");
        REQUIRE(setrlimit(RLIMIT_NOFILE, &usual) == 0);
        failed = failed || !stored;
        read = read || stored;
        if (stored) CHECK(names_in(*stored) == std::vector<std::string>{"vm-2"});
    }
    CHECK(read);
    CHECK(failed);
}

TEST_CASE("run store: what is kept of the records does not grow with their indexes", "[store]") {
    std::string text;
    for (const std::size_t index : {999'999u, 5u, 5u, 1'000'000u})
        text += std::string(finished_prefix) + std::to_string(index) + "}\n";
    std::istringstream in(text);
    const auto places = find_finished(in);
    REQUIRE(places.size() == 2);
    CHECK(places.capacity() == 2);
    CHECK(places[0].index == 5);
    const std::string before = "999999}\n"
                               "5}\n"; // of two records of a host the later one counts
    CHECK(places[0].offset == 2 * finished_prefix.size() + before.size());
    CHECK(places[1].index == 999'999);
}

TEST_CASE("run store: a run.json of another schema is refused by its name", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    REQUIRE(RunStore::create(folder.path, run, say));
    const auto path = folder.path + "/runs/" + run.id + "/run.json";
    auto text = std::ostringstream();
    text << std::ifstream(path).rdbuf();
    const auto written = [&](const std::string& schema) {
        auto other = text.str();
        const std::string ours = R"("schema":"rdpsweep.run/1")";
        other.replace(other.find(ours), ours.size(), schema);
        std::ofstream(path, std::ios::trunc) << other;
        return StoredRun::open(folder.path, "last");
    };
    CHECK(written(R"("schema":"rdpsweep.run/1")"));
    for (const auto* schema : {R"("schema":"rdpsweep.run/2")", R"("schema":1)", R"("other":"x")"}) {
        INFO(schema);
        const auto stored = written(schema);
        REQUIRE_FALSE(stored);
        CHECK(stored.error().code() == Errc::unsupported);
        CHECK_THAT(
            std::string(stored.error().detail()),
            Catch::StartsWith(path + " has the schema ") &&
                Catch::EndsWith("; this version reads rdpsweep.run/1")
        );
    }
    auto many = text.str();
    many.replace(many.find(R"("targets":3)"), 11, R"("targets":1000001)");
    std::ofstream(path, std::ios::trunc) << many;
    CHECK(StoredRun::open(folder.path, "last").error().code() == Errc::malformed_output);
}

TEST_CASE("run store: what others could have put there is not believed", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    REQUIRE(RunStore::create(folder.path, run, say));
    const auto runs = folder.path + "/runs";
    for (const auto& path : {runs, runs + "/" + run.id, folder.path}) {
        INFO(path);
        REQUIRE(chmod(path.c_str(), 0777) == 0);
        const auto stored = StoredRun::open(folder.path, "last");
        REQUIRE_FALSE(stored);
        CHECK(stored.error().code() == Errc::access_denied);
        CHECK(stored.error().detail() == path + " can be written by other users (mode 0777)");
        CHECK_FALSE(RunStore::create(folder.path, run, say));
        REQUIRE(chmod(path.c_str(), 0700) == 0);
    }
    for (const auto* name : {"run.json", "hosts.jsonl"}) {
        INFO(name);
        const auto path = runs + "/" + run.id + "/" + name;
        REQUIRE(chmod(path.c_str(), 0602) == 0);
        CHECK(StoredRun::open(folder.path, "last").error().code() == Errc::access_denied);
        REQUIRE(chmod(path.c_str(), 0600) == 0);
    }
    CHECK(StoredRun::open(folder.path, "last"));
}

TEST_CASE("fleet: equal evidence folds, worst and largest come first", "[fleet]") {
    FleetBuilder fleet(5);
    const auto add = [&fleet](std::size_t index, Verdict verdict, Cause cause, const char* print) {
        auto result = host(index, Outcome::assessed, verdict);
        result.root_cause = cause;
        result.fingerprint = print;
        fleet.add(result);
    };
    add(3, Verdict::broken, Cause::rdp_port, "a");
    add(1, Verdict::broken, Cause::machine_keys, "b");
    add(0, Verdict::broken, Cause::machine_keys, "b");
    add(2, Verdict::ok, Cause::none, "");
    fleet.add(host(4, Outcome::unreachable));
    const auto report = fleet.report(run_called("x"));
    REQUIRE(report.groups.size() == 3);
    CHECK(report.groups[0].cause == Cause::machine_keys);
    CHECK(report.groups[0].target_names == std::vector<std::string>{"vm-0", "vm-1"});
    CHECK(report.groups[2].verdict == Verdict::ok);
    CHECK(report.totals.balanced());
}

TEST_CASE("verdict_status: findings and incompleteness never mask each other", "[fleet]") {
    Totals totals;
    totals.targets = 3;
    totals.by_outcome = {{Outcome::assessed, 3}};
    totals.by_verdict = {{Verdict::ok, 3}};
    CHECK(verdict_status(totals, {}, 0) == 0);
    totals.by_verdict = {{Verdict::ok, 2}, {Verdict::at_risk, 1}};
    CHECK(verdict_status(totals, {}, 0) == 0);
    CHECK(verdict_status(totals, {Verdict::at_risk}, 0) == 10);
    totals.by_verdict = {{Verdict::broken, 2}};
    totals.by_outcome = {{Outcome::assessed, 2}, {Outcome::unreachable, 1}};
    CHECK(verdict_status(totals, {}, 0) == 12);
    CHECK(verdict_status(totals, {}, 1) == 10);
    CHECK(verdict_status(totals, {std::nullopt}, 0) == 11);
    CHECK(verdict_status(totals, {std::nullopt}, 1) == 0);
    totals.by_outcome = {{Outcome::assessed, 2}, {Outcome::skipped, 1}};
    CHECK(verdict_status(totals, {}, 0) == 10);
}

TEST_CASE("run store: a line longer than any record is passed over, and not kept", "[store]") {
    const Folder folder;
    const auto run = run_called("20260101T000000Z-a");
    const auto path = folder.path + "/runs/" + run.id + "/hosts.jsonl";
    {
        auto store = RunStore::create(folder.path, run, say);
        REQUIRE(store);
        REQUIRE((*store)->finished(host(0, Outcome::assessed)));
    }
    constexpr std::size_t longest = 32u << 20;
    const std::string head = R"({"record":"finished","index":1,"host":{"x":")";
    for (const std::size_t length : {longest + 1, longest + 9000})
        std::ofstream(path, std::ios::app)
            << head << std::string(length - head.size(), 'x') << "\n";
    {
        auto store = RunStore::reopen(folder.path, run, say);
        REQUIRE(store);
        REQUIRE((*store)->finished(host(2, Outcome::assessed)));
    }
    auto stored = StoredRun::open(folder.path, "last");
    REQUIRE(stored);
    CHECK(names_in(*stored) == std::vector<std::string>{"vm-0", "vm-2"});
    CHECK(stored->damaged() == 0);
    std::filesystem::remove(path);
    std::filesystem::create_symlink("/dev/zero", path);
    const auto endless = StoredRun::open(folder.path, "last");
    REQUIRE_FALSE(endless);
    CHECK(endless.error().code() == Errc::access_denied);
    CHECK(endless.error().detail() == path + " is a symbolic link");
}
