// Blocks that are fetched: what is read is what is there, how often is asked, and where it ends.
#include "tests/support/catch.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "offline/block_cache.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

std::vector<std::byte> numbered(std::size_t length) {
    std::vector<std::byte> bytes(length);
    std::mt19937 random(1);
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::byte>(random()); });
    return bytes;
}

// Notes what is asked of it.
class Asked final : public ByteSource {
public:
    explicit Asked(std::span<const std::byte> bytes) : memory_(bytes) {}

    std::uint64_t size() const noexcept override { return memory_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        requests.emplace_back(offset, into.size());
        if (offset <= bad && bad < offset + into.size())
            return Error(Phase::run, Errc::not_found, "a bad sector");
        return memory_.read(offset, into);
    }

    std::vector<std::pair<std::uint64_t, std::size_t>> requests;
    std::uint64_t bad = UINT64_MAX; // an offset that cannot be read

private:
    MemorySource memory_;
};

using Requests = std::vector<std::pair<std::uint64_t, std::size_t>>;

const BlockRules small{
    .block = 16,
    .most_a_request = 64,
    .most_requests = 100'000,
    .most_bytes = 1'000'000,
    .most_kept = 128};

std::vector<std::byte> read(ByteSource& source, std::uint64_t offset, std::size_t length) {
    std::vector<std::byte> into(length);
    REQUIRE(source.read(offset, into));
    return into;
}

} // namespace

TEST_CASE("a block is fetched once, neighbours in one request, the last one short", "[offline]") {
    const auto disk = numbered(100);
    Asked asked(disk);
    BlockCache cache(asked, small);

    read(cache, 20, 1);
    read(cache, 17, 15);
    CHECK(asked.requests == Requests{{16, 16}});
    read(cache, 0, 64); // block 1 is kept: what lies before and behind it is asked for
    CHECK(asked.requests == Requests{{16, 16}, {0, 16}, {32, 32}});
    read(cache, 99, 1);
    CHECK(asked.requests.back() == std::pair<std::uint64_t, std::size_t>{96, 4});
    CHECK(cache.requests() == 4);
    CHECK(cache.bytes() == 68);
}

TEST_CASE("blocks that are read one after the other come more at once", "[offline]") {
    const auto disk = numbered(1000);
    Asked asked(disk);
    BlockCache cache(asked, small);
    for (std::uint64_t offset = 0; offset < disk.size(); offset += 8) {
        CHECK(read(cache, offset, 8).front() == disk[offset]);
    }
    // 63 blocks: 1, 2, then 4 each, which is all that a request brings.
    REQUIRE(asked.requests.size() == 17);
    CHECK(asked.requests[0] == std::pair<std::uint64_t, std::size_t>{0, 16});
    CHECK(asked.requests[1] == std::pair<std::uint64_t, std::size_t>{16, 32});
    CHECK(asked.requests[2] == std::pair<std::uint64_t, std::size_t>{48, 64});
    CHECK(asked.requests[16] == std::pair<std::uint64_t, std::size_t>{944, 56});
    CHECK(cache.bytes() == disk.size());
}

TEST_CASE("a block between one that is wanted and one that is kept comes along", "[offline]") {
    const auto disk = numbered(1000);
    Asked asked(disk);
    BlockCache cache(asked, small);
    read(cache, 160, 1);
    read(cache, 128, 1); // blocks 10 and 8
    CHECK(asked.requests == Requests{{160, 16}, {128, 32}});
    read(cache, 192, 1); // 12
    CHECK(asked.requests.back() == std::pair<std::uint64_t, std::size_t>{176, 32});
    read(cache, 80, 1); // 5: too far
    CHECK(asked.requests.back() == std::pair<std::uint64_t, std::size_t>{80, 16});
    read(cache, 0, 1);
    CHECK(asked.requests.back() == std::pair<std::uint64_t, std::size_t>{0, 16});
}

TEST_CASE("what is read beyond the wanted does not fail it", "[offline]") {
    const auto disk = numbered(200);
    Asked asked(disk);
    auto rules = small;
    rules.ahead = 4;
    BlockCache cache(asked, rules);
    asked.bad = 50;
    read(cache, 0, 1);
    read(cache, 16, 1); // asks for the next one, too
    CHECK(read(cache, 33, 3).front() == disk[33]);
    std::vector<std::byte> one(1);
    const auto status = cache.read(50, one);
    REQUIRE_FALSE(status);
    CHECK(status.error().detail() == "a bad sector");
}

TEST_CASE("whatever is read through blocks is what is there", "[offline]") {
    const auto disk = numbered(1003);
    Asked asked(disk);
    BlockCache cache(asked, small);
    std::mt19937 random(7);
    for (int turn = 0; turn < 300; ++turn) {
        const auto offset = random() % disk.size();
        const auto length = random() % (disk.size() - offset + 1);
        const auto found = read(cache, offset, length);
        const auto there = std::span(disk).subspan(offset, length);
        if (!std::equal(found.begin(), found.end(), there.begin(), there.end())) {
            FAIL("other bytes at " << offset << ", " << length);
        }
    }
    for (const auto& [offset, length] : asked.requests) {
        CHECK(length <= small.most_a_request);
        CHECK(offset % small.block == 0);
    }
}

TEST_CASE("what lies outside is not asked for", "[offline]") {
    const auto disk = numbered(40);
    Asked asked(disk);
    BlockCache cache(asked, small);
    std::vector<std::byte> into(8);
    for (const std::uint64_t offset : {std::uint64_t{33}, std::uint64_t{41}, ~std::uint64_t{0}}) {
        const auto status = cache.read(offset, into);
        REQUIRE_FALSE(status);
        CHECK(status.error().code() == Errc::malformed_output);
    }
    CHECK(asked.requests.empty());
    CHECK(read(cache, 40, 0).empty());
}

TEST_CASE("a disk costs no more than its budget of requests and bytes", "[offline]") {
    const auto disk = numbered(1000);
    Asked asked(disk);
    auto rules = small;
    std::vector<std::byte> one(1);

    SECTION("requests") {
        rules.most_requests = 3;
    }
    SECTION("bytes") {
        rules.most_bytes = 3 * 16;
    }
    BlockCache cache(asked, rules);
    for (const std::uint64_t offset : {0U, 160U, 320U}) {
        REQUIRE(cache.read(offset, one));
    }
    const auto status = cache.read(480, one);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::output_limit);
    CHECK(asked.requests.size() == 3);
    CHECK(cache.read(161, one)); // is kept
}

TEST_CASE("a part of a disk ends where it or the disk ends", "[offline]") {
    const auto disk = numbered(100);
    MemorySource memory(disk);
    PartSource part(memory, 60, 30);
    CHECK(part.size() == 30);
    CHECK(read(part, 29, 1).front() == disk[89]);
    std::vector<std::byte> two(2);
    CHECK_FALSE(part.read(29, two));
    CHECK(PartSource(memory, 60, 1000).size() == 40);
    CHECK(PartSource(memory, 1000, 10).size() == 0);
}
