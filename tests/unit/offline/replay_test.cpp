// Logs over a dirty hive: what is taken of them, where it ends, and when nothing can be trusted.
#include "tests/support/catch.hpp"
#include "tests/unit/offline/hive_builder.hpp"

#include <algorithm>
#include <memory>

#include "offline/hive/hive.hpp"
#include "offline/hive/overlay.hpp"
#include "offline/hive/replay.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;
using namespace rdpsweep::offline::testing;

namespace {

constexpr std::uint32_t bins = 4 * 4096;

Buffer filled(std::size_t size, int value) {
    return Buffer(size, static_cast<std::byte>(value));
}

// A hive of four pages whose root is sound, in the middle of writing number 8.
Buffer dirty_hive() {
    HiveBuilder made(4);
    made.root(made.key("root"));
    put(made.bytes, base_field::primary, 8, 4);
    put_checksum(made.bytes);
    return made.bytes;
}

Buffer entry_log(std::uint32_t first, std::initializer_list<Buffer> entries) {
    auto log = base_block(HiveFile::entry_log, first, bins);
    const auto all = joined(entries);
    log.insert(log.end(), all.begin(), all.end());
    return log;
}

// Page two or three of the hive, full of one value.
Buffer entry(std::uint32_t number, int value, std::uint32_t page = 2) {
    return log_entry(number, bins, {{page * 4096, filled(4096, value)}});
}

struct Replayed {
    explicit Replayed(Buffer content, std::vector<Buffer> parts = {})
        : hive(std::move(content)), logs(std::move(parts)), source(hive) {
        for (const auto& log : logs) {
            sources.push_back(std::make_unique<MemorySource>(log));
            pointers.push_back(sources.back().get());
        }
        auto opened = LoggedHive::open(source, pointers);
        REQUIRE(opened);
        logged = *std::move(opened);
    }

    int at(std::uint64_t offset) {
        std::byte one{};
        REQUIRE(logged->read(cells_begin + offset, {&one, 1}));
        return std::to_integer<int>(one);
    }

    Buffer hive;
    std::vector<Buffer> logs;
    MemorySource source;
    std::vector<std::unique_ptr<MemorySource>> sources;
    std::vector<ByteSource*> pointers;
    std::unique_ptr<LoggedHive> logged;
};

void check(const Replayed& replayed, HiveState state, std::size_t entries) {
    CHECK(static_cast<int>(replayed.logged->replay().state) == static_cast<int>(state));
    CHECK(replayed.logged->replay().entries == entries);
}

// A log of whole pages of the hive, of which it has those whose numbers are given.
Buffer page_log(const std::vector<std::uint32_t>& pages, int value) {
    auto log = base_block(HiveFile::page_log, 8, bins);
    put_text(log, 512, "DIRT");
    for (const auto page : pages) {
        const auto at = 516 + page / 8;
        if (log.size() <= at) log.resize(at + 1);
        log[at] |= static_cast<std::byte>(1U << page % 8);
    }
    log.resize(1024);
    const auto content = filled(512 * pages.size(), value);
    log.insert(log.end(), content.begin(), content.end());
    return log;
}

} // namespace

TEST_CASE("replay: a clean hive is as it is, whatever its logs hold", "[replay]") {
    auto hive = dirty_hive();
    put(hive, base_field::primary, 7, 4);
    put_checksum(hive);
    Replayed clean(hive, {entry_log(7, {entry(7, 1)})});
    check(clean, HiveState::clean, 0);
    CHECK(clean.at(2 * 4096) == 0);
    hive.resize(hive.size() - 1);
    check(Replayed(hive), HiveState::untrusted, 0); // cut off
}

TEST_CASE("replay: a dirty hive without a log that belongs to it is untrusted", "[replay]") {
    check(Replayed(dirty_hive()), HiveState::untrusted, 0);
    check(Replayed(dirty_hive(), {Buffer()}), HiveState::untrusted, 0);
    check(Replayed(dirty_hive(), {filled(2048, 0)}), HiveState::untrusted, 0);
    check(
        Replayed(dirty_hive(), {entry_log(5, {entry(5, 1), entry(6, 1)})}), HiveState::untrusted, 0
    );
    check(Replayed(dirty_hive(), {entry_log(9, {entry(8, 1)})}), HiveState::untrusted, 0);
}

TEST_CASE("replay: entries of both logs by their numbers, the later counts", "[replay]") {
    const auto early = entry_log(7, {entry(7, 1), entry(8, 2, 3)});
    const auto late = entry_log(9, {entry(9, 3), entry(10, 4)});
    for (const auto& logs : {std::vector{early, late}, std::vector{late, early}}) {
        Replayed replayed(dirty_hive(), logs);
        check(replayed, HiveState::replayed, 4);
        CHECK(replayed.logged->replay().runs == 4);
        CHECK(replayed.logged->replay().bytes == 4 * 4096);
        CHECK(replayed.at(2 * 4096) == 4);
        CHECK(replayed.at(3 * 4096) == 2);
        Buffer base(512);
        REQUIRE(replayed.logged->read(0, base));
        const auto block = read_base_block(base);
        REQUIRE(block);
        CHECK(block->primary == 10);
        CHECK_FALSE(block->dirty());
    }
}

TEST_CASE("replay: entries that are in the hive already are passed over", "[replay]") {
    Replayed replayed(dirty_hive(), {entry_log(5, {entry(5, 1, 3), entry(6, 1), entry(7, 2)})});
    check(replayed, HiveState::replayed, 1);
    CHECK(replayed.at(2 * 4096) == 2);
    CHECK(replayed.at(3 * 4096) == 0);
}

TEST_CASE("replay: numbers go on behind the largest", "[replay]") {
    auto hive = dirty_hive();
    put(hive, base_field::secondary, 0xFFFFFFFF, 4);
    put_checksum(hive);
    check(
        Replayed(
            hive, {entry_log(0, {entry(0, 3)}), entry_log(0xFFFFFFFF, {entry(0xFFFFFFFF, 1)})}
        ),
        HiveState::replayed,
        2
    );
}

TEST_CASE("replay: it stops before the first entry that is not as it was written", "[replay]") {
    auto log = entry_log(7, {entry(7, 1), entry(8, 2)});
    const auto second = 512 + entry(7, 1).size();
    SECTION("a byte of a page") {
        log[second + 600] ^= std::byte{1};
    }
    SECTION("its number") {
        put(log, second + 12, 9, 4);
    }
    SECTION("the hash of its head") {
        log[second + 32] ^= std::byte{1};
    }
    SECTION("cut off") {
        log.resize(log.size() - 1);
    }
    SECTION("a page behind the end of the hive") {
        const auto bad = log_entry(8, bins, {{bins - 512, filled(1024, 2)}});
        log.resize(second);
        log.insert(log.end(), bad.begin(), bad.end());
    }
    SECTION("more pages than it has bytes") {
        auto bad = log_entry(8, bins, {{8192, filled(512, 2)}, {8192, Buffer()}});
        log.resize(second);
        log.insert(log.end(), bad.begin(), bad.end());
    }
    SECTION("a hive whose size no hive has") {
        const auto bad = log_entry(8, bins + 512, {{8192, filled(512, 2)}});
        log.resize(second);
        log.insert(log.end(), bad.begin(), bad.end());
    }
    Replayed replayed(dirty_hive(), {log});
    check(replayed, HiveState::replayed, 1); // such is the end of a log that was being written
    CHECK(replayed.at(2 * 4096) == 1);
}

TEST_CASE("replay: with a gap before later entries nothing is whole", "[replay]") {
    auto log = entry_log(7, {entry(7, 1), entry(8, 2), entry(9, 3)});
    log[512 + entry(7, 1).size() + 600] ^= std::byte{1};
    check(Replayed(dirty_hive(), {log}), HiveState::untrusted, 1);
    check(
        Replayed(dirty_hive(), {entry_log(7, {entry(7, 1)}), entry_log(9, {entry(9, 3)})}),
        HiveState::untrusted,
        1
    );
}

TEST_CASE("replay: a hive grows with its logs", "[replay]") {
    Replayed replayed(
        dirty_hive(), {entry_log(7, {log_entry(7, 8 * 4096, {{6 * 4096, filled(4096, 5)}})})}
    );
    check(replayed, HiveState::replayed, 1);
    CHECK(replayed.logged->size() == 9 * 4096);
    CHECK(replayed.at(6 * 4096) == 5);
    CHECK(replayed.at(5 * 4096) == 0); // neither the file nor the log has it
    Buffer two(2);
    CHECK_FALSE(replayed.logged->read(9 * 4096 - 1, two));
}

TEST_CASE("replay: a hive whose base block is damaged has that of the latest log", "[replay]") {
    auto hive = dirty_hive();
    put(hive, base_field::root, 0x7777, 4);
    auto late = entry_log(9, {entry(9, 3)});
    Replayed replayed(hive, {entry_log(7, {entry(7, 1, 3)}), late});
    check(replayed, HiveState::replayed, 1);
    CHECK(replayed.at(2 * 4096) == 3);
    CHECK(replayed.at(3 * 4096) == 0);
    late[508] ^= std::byte{1};
    check(Replayed(hive, {late}), HiveState::untrusted, 0);
}

TEST_CASE("replay: what the logs make must still have a topmost key", "[replay]") {
    const auto log = entry_log(7, {log_entry(7, bins, {{0, filled(4096, 0)}})});
    check(Replayed(dirty_hive(), {log}), HiveState::untrusted, 1);
}

TEST_CASE("replay: pages of the old format", "[replay]") {
    Replayed replayed(dirty_hive(), {page_log({16, 17, 24}, 6)});
    check(replayed, HiveState::replayed, 1);
    CHECK(replayed.logged->replay().runs == 2);
    CHECK(replayed.logged->replay().bytes == 3 * 512);
    CHECK(replayed.at(16 * 512 - 1) == 0);
    CHECK(replayed.at(16 * 512) == 6);
    CHECK(replayed.at(18 * 512 - 1) == 6);
    CHECK(replayed.at(18 * 512) == 0);
    CHECK(replayed.at(24 * 512) == 6);
}

TEST_CASE("replay: a log of the old format that is not whole, or of another time", "[replay]") {
    auto log = page_log({16}, 6);
    SECTION("cut off") {
        log.resize(log.size() - 1);
    }
    SECTION("its base block is damaged") {
        log[508] ^= std::byte{1};
    }
    SECTION("it was being written") {
        put(log, base_field::primary, 9, 4);
        put_checksum(log);
    }
    SECTION("an older writing") {
        put(log, base_field::written, 0x1D5, 8);
        put_checksum(log);
    }
    SECTION("no page") {
        log[516 + 2] = std::byte{0};
    }
    check(Replayed(dirty_hive(), {log}), HiveState::untrusted, 0);
}

TEST_CASE("replay: of two logs of the old format the one of the hive's own time", "[replay]") {
    auto other = page_log({16}, 5);
    put(other, base_field::written, 0x1D7, 8);
    put_checksum(other);
    Replayed replayed(dirty_hive(), {other, page_log({16}, 6)});
    check(replayed, HiveState::replayed, 1);
    CHECK(replayed.at(16 * 512) == 6);
}

TEST_CASE("overlay: any places, in any order, read as if written one after the other", "[replay]") {
    Buffer expected = filled(300, 0);
    const auto below = filled(200, 0);
    MemorySource source(below);
    Overlay overlay(source);
    Buffer other(300);
    for (std::size_t i = 0; i < other.size(); ++i)
        other[i] = static_cast<std::byte>(i % 255 + 1);
    MemorySource from(other);
    overlay.grow(300);
    std::uint32_t random = 1;
    const auto next = [&random](std::uint32_t most) {
        random = random * 1664525 + 1013904223;
        return (random >> 8) % most;
    };
    for (int turn = 0; turn < 500; ++turn) {
        const auto offset = next(300);
        const auto length = next(300 - offset) / (1 + next(5));
        const auto place = next(300 - length);
        overlay.put(offset, length, from, place);
        std::copy_n(other.begin() + place, length, expected.begin() + offset);
        const auto begin = next(300);
        Buffer read(next(300 - begin));
        REQUIRE(overlay.read(begin, read));
        REQUIRE(std::equal(read.begin(), read.end(), expected.begin() + begin));
    }
    CHECK(overlay.places() <= 300);
}
