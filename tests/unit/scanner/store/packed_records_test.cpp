// Runs whose hosts are compressed.
#include "scanner/store/find_run.hpp"
#include "scanner/store/packed_records.hpp"
#include "scanner/store/run_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <filesystem>
#include <fstream>

using namespace rdpsweep;

namespace {

namespace fs = std::filesystem;

const Say say = [](const Message& message) { return message.key; };
constexpr auto id = "20260101T000000Z-a";

RunInfo run_of(std::size_t targets) {
    RunInfo run;
    run.id = id;
    run.targets = targets;
    return run;
}

HostResult host(std::size_t index, const std::string& name) {
    HostResult host;
    host.index = index;
    host.target.id = host.target.name = name;
    host.outcome = Outcome::unreachable;
    return host;
}

// Hosts in no order, one of them twice.
void store_run(const std::string& state) {
    auto store = RunStore::create(state, run_of(3), say);
    REQUIRE(store);
    REQUIRE((*store)->started(2, "c"));
    REQUIRE((*store)->finished(host(2, "c")));
    REQUIRE((*store)->finished(host(0, "old a")));
    REQUIRE((*store)->finished(host(1, "b")));
    REQUIRE((*store)->finished(host(0, "a")));
    REQUIRE((*store)->close(run_of(3), {}));
}

std::string names(const std::string& state) {
    auto run = StoredRun::open(state, "last");
    if (!run) return std::string(run.error().detail());
    std::string all;
    for (int times = 0; times < 2; ++times) { // what was read once can be read again
        all.clear();
        const auto read =
            run->for_each([&all](const HostResult& host) { all += host.target.name + " "; });
        if (!read) return std::string(read.error().detail());
    }
    return all + std::to_string(run->damaged());
}

Status pack(const std::string& state) {
    const auto run = open_run(state, "last");
    REQUIRE(run);
    return pack_records(*run);
}

std::string folder_of(const std::string& state) {
    return state + "/runs/" + id + "/";
}

} // namespace

TEST_CASE(
    "packed records: the last record of each host, in the order of the inventory", "[store]"
) {
    const Scratch folder;
    const auto state = folder.path("state");
    store_run(state);
    CHECK(names(state) == "a b c 0");
    REQUIRE(pack(state));
    CHECK_FALSE(fs::exists(folder_of(state) + "hosts.jsonl"));
    CHECK(fs::status(folder_of(state) + "hosts.jsonl.gz").permissions() == fs::perms(0600));
    CHECK(names(state) == "a b c 0");
    CHECK(pack(state)); // again: nothing is left to do
}

TEST_CASE("packed records: a run that is gone on with is not compressed any more", "[store]") {
    const Scratch folder;
    const auto state = folder.path("state");
    store_run(state);
    REQUIRE(pack(state));
    {
        auto store = RunStore::reopen(state, run_of(3), say);
        REQUIRE(store);
        CHECK_FALSE(fs::exists(folder_of(state) + "hosts.jsonl.gz"));
        REQUIRE((*store)->finished(host(1, "B")));
        CHECK(pack(state).error().code() == Errc::taken);
        REQUIRE((*store)->close(run_of(3), {}));
    }
    CHECK(names(state) == "a B c 0");
    REQUIRE(pack(state));
    CHECK(names(state) == "a B c 0");
}

TEST_CASE("packed records: killed in between, the lines count", "[store]") {
    const Scratch folder;
    const auto state = folder.path("state");
    store_run(state);
    const auto lines = folder_of(state) + "hosts.jsonl";
    fs::copy(lines, folder.path("copy"));
    REQUIRE(pack(state));
    fs::copy(folder.path("copy"), lines);
    fs::permissions(lines, fs::perms(0600));
    std::ofstream(folder_of(state) + "hosts.jsonl.gz") << "half";
    CHECK(names(state) == "a b c 0");
    REQUIRE(RunStore::reopen(state, run_of(3), say));
    CHECK_FALSE(fs::exists(folder_of(state) + "hosts.jsonl.gz"));
    REQUIRE(pack(state));
    CHECK(names(state) == "a b c 0");
}

TEST_CASE("packed records: what is damaged, cut short or in no order is said", "[store]") {
    const Scratch folder;
    const auto state = folder.path("state");
    store_run(state);
    const auto packed = folder_of(state) + "hosts.jsonl.gz";
    SECTION("cut short") {
        REQUIRE(pack(state));
        fs::resize_file(packed, fs::file_size(packed) - 12);
        CHECK(names(state).ends_with(" cannot be read to their end"));
        CHECK(RunStore::reopen(state, run_of(3), say).error().code() == Errc::malformed_output);
        CHECK_FALSE(fs::exists(folder_of(state) + "hosts.jsonl"));
    }
    SECTION("other bytes") {
        REQUIRE(pack(state));
        auto bytes = Scratch::read(packed);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
        (void)folder.file("state/runs/" + std::string(id) + "/hosts.jsonl.gz", bytes);
        CHECK(names(state) != "a b c 0");
    }
    SECTION("compressed by hand") {
        fs::rename(folder_of(state) + "hosts.jsonl", packed); // zlib reads what is not compressed
        CHECK(names(state).ends_with(" are not in the order of the inventory"));
    }
    SECTION("a link") {
        REQUIRE(pack(state));
        fs::rename(packed, folder.path("elsewhere"));
        fs::create_symlink(folder.path("elsewhere"), packed);
        CHECK(StoredRun::open(state, "last").error().code() == Errc::access_denied);
    }
}
