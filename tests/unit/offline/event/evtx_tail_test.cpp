// The newest chunks of a log, whatever its header says: which they are, and what they cost.
#include "tests/support/catch.hpp"
#include "tests/unit/offline/event/evtx_support.hpp"

#include "offline/event/evtx_tail.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

using Indexes = std::vector<std::uint64_t>;

constexpr std::uint64_t per_chunk = 100;

// A ring of count chunks with the newest at that place. One that is not full has nothing behind it;
// a full one, the oldest.
std::vector<Numbers> ring(std::size_t count, std::size_t newest, bool full) {
    std::vector<Numbers> chunks(count);
    const auto base = full ? count * per_chunk * 7 : 0;
    for (std::size_t at = 0; at < count; ++at) {
        if (at > newest && !full) continue;
        const auto round = at > newest ? base - count * per_chunk : base;
        const auto first = round + at * per_chunk + 1;
        chunks[at] = {first, first + per_chunk - 1};
    }
    return chunks;
}

// Returns the places of the newest chunks, newest first.
Indexes newest(ByteSource& log, std::size_t most, TailRules rules = {}) {
    auto tail = EvtxTail::open(log, rules);
    REQUIRE(tail);
    Indexes indexes;
    while (indexes.size() < most) {
        auto chunk = tail->next();
        REQUIRE(chunk);
        if (!*chunk) break;
        CHECK((*chunk)->bytes.size() == evtx_chunk_bytes);
        indexes.push_back((*chunk)->index);
    }
    return indexes;
}

std::size_t chunk_reads(const HeaderLog& log) {
    return static_cast<std::size_t>(std::count_if(
        log.reads.begin(),
        log.reads.end(),
        [](const auto& read) { return read.second == evtx_chunk_bytes; }
    ));
}

std::vector<std::byte> sample(const std::string& name) {
    return unxz(RDPSWEEP_SOURCE_DIR "/tests/data/evtx/" + name + ".evtx.xz");
}

} // namespace

TEST_CASE("the newest chunk of a ring of any size and any state is found", "[evtx]") {
    for (const bool full : {false, true})
        for (std::size_t count = 1; count <= 40; ++count)
            for (std::size_t at = 0; at < count; ++at)
                for (const std::uint64_t said :
                     {std::uint64_t{0}, at / 2, at, count, ~std::uint64_t{0}}) {
                    INFO(count << " chunks, newest " << at << ", header says " << said);
                    HeaderLog log(ring(count, at, full), {.last_chunk = said});
                    Indexes wanted;
                    for (std::size_t back = 0; back < 3 && back < (full ? count : at + 1); ++back)
                        wanted.push_back((at + count - back) % count);
                    CHECK(newest(log, 3) == wanted);
                }
}

TEST_CASE("a log of 20 MB costs a dozen small reads, one whose header is right four", "[evtx]") {
    constexpr std::size_t count = 320;
    for (const bool full : {false, true})
        for (const std::size_t at : {0U, 1U, 3U, 100U, 159U, 160U, 161U, 250U, 318U, 319U})
            for (const std::uint64_t said :
                 {std::uint64_t{0}, std::uint64_t{at}, std::uint64_t{7}}) {
                INFO("newest " << at << ", header says " << said << (full ? ", full" : ""));
                HeaderLog log(ring(count, at, full), {.last_chunk = said});
                REQUIRE(EvtxTail::open(log));
                CHECK(chunk_reads(log) == 0);
                CHECK(log.reads.size() <= (said == at && at != 0 ? 5U : 14U));
                std::uint64_t bytes = 0;
                for (const auto& read : log.reads)
                    bytes += read.second;
                CHECK(bytes <= evtx_header_bytes + 14 * 512 + 3 * evtx_chunk_bytes);
            }
}

TEST_CASE("what is handed out is read once, nothing else is", "[evtx]") {
    HeaderLog log(ring(320, 250, true), {.last_chunk = 250});
    auto tail = EvtxTail::open(log);
    REQUIRE(tail);
    log.reads.clear();
    for (std::uint64_t at = 250; at > 246; --at)
        REQUIRE(tail->next());
    using Reads = decltype(log.reads);
    const auto offset = [](std::uint64_t at) { return evtx_header_bytes + at * evtx_chunk_bytes; };
    CHECK(
        log.reads ==
        Reads{
            {offset(250), 65536}, {offset(249), 65536}, {offset(248), 65536}, {offset(247), 65536}}
    );
}

TEST_CASE("all of a log comes, each chunk once, and then nothing", "[evtx]") {
    HeaderLog open(ring(8, 4, false));
    CHECK(newest(open, 100) == Indexes{4, 3, 2, 1, 0});
    HeaderLog full(ring(8, 4, true));
    CHECK(newest(full, 100) == Indexes{4, 3, 2, 1, 0, 7, 6, 5});
    HeaderLog one(ring(1, 0, false));
    CHECK(newest(one, 100) == Indexes{0});
}

TEST_CASE("a newer chunk behind a hole is found", "[evtx]") {
    auto chunks = ring(17, 12, false);
    chunks[10] = chunks[11] = {};
    HeaderLog log(chunks, {.last_chunk = 3});
    CHECK(newest(log, 4) == Indexes{12, 9, 8, 7});

    // Farther away than anything that is looked at by chance; only the header knows.
    auto wide = ring(64, 50, false);
    std::fill(wide.begin() + 20, wide.begin() + 50, Numbers{});
    HeaderLog told(wide, {.last_chunk = 1, .next_number = 5001});
    CHECK(newest(told, 2) == Indexes{50, 19});
}

TEST_CASE("a damaged chunk costs itself", "[evtx]") {
    for (std::size_t spoilt = 0; spoilt < 17; ++spoilt) {
        INFO("chunk " << spoilt);
        HeaderLog log(ring(17, 9, true), {.last_chunk = 9});
        log.spoil(spoilt);
        Indexes wanted;
        for (std::size_t back = 0; back < 17; ++back)
            if (const auto at = (9 + 17 - back) % 17; at != spoilt) wanted.push_back(at);
        auto tail = EvtxTail::open(log);
        REQUIRE(tail);
        Indexes indexes;
        for (auto chunk = tail->next(); *chunk; chunk = tail->next())
            indexes.push_back((*chunk)->index);
        CHECK(indexes == wanted);
        CHECK(tail->damaged() == 1);
        // Missing between two others: at the ends nobody knows.
        CHECK(tail->lost() == (spoilt == 9 || spoilt == 10 ? 0 : per_chunk));
    }
}

TEST_CASE("chunks in no order are sorted by their numbers, remnants left out", "[evtx]") {
    const std::vector<Numbers> chunks{
        {5001, 5100},
        {301, 400},
        {9001, 9100},
        {101, 200},
        {9101, 9150},
        {9101, 9200},
        {8901, 9050}};
    HeaderLog log(chunks);
    CHECK(newest(log, 100) == Indexes{5, 2, 0, 1, 3});
    HeaderLog bounded(chunks);
    CHECK(newest(bounded, 100, {.most_headers = 3}).size() <= 3);
}

TEST_CASE("numbers at the end of their range are no trap", "[evtx]") {
    constexpr auto top = ~std::uint64_t{0};
    HeaderLog log({{top - 50, top - 1}, {top - 250, top - 151}, {top - 150, top - 51}});
    CHECK(newest(log, 100) == Indexes{0, 2, 1});
    HeaderLog first({{0, 99}, {100, 199}});
    CHECK(newest(first, 100) == Indexes{1, 0});
    // Made ready for records that never came.
    HeaderLog ready({{1, 100}, {101, top}, {top, top}});
    CHECK(newest(ready, 100) == Indexes{0});
}

TEST_CASE("what is no log is said to be none, a log without records is empty", "[evtx]") {
    HeaderLog empty(std::vector<Numbers>(2));
    CHECK(newest(empty, 100).empty());
    const auto refused = [](std::vector<std::byte> bytes) {
        MemorySource source(bytes);
        const auto tail = EvtxTail::open(source);
        return !tail && tail.error().code() == Errc::malformed_output;
    };
    CHECK(refused({}));
    CHECK(refused(std::vector<std::byte>(evtx_header_bytes + 511)));
    CHECK(refused(std::vector<std::byte>(evtx_header_bytes + 512)));
    CHECK(refused(std::vector<std::byte>(200'000, std::byte{'E'})));
}

TEST_CASE("logs of real machines: the newest first", "[evtx]") {
    struct Case {
        const char* name;
        Indexes newest;
        std::size_t most_reads;
        std::uint64_t last; // record
    };

    for (const auto& [name, wanted, most_reads, last] :
         {Case{"system-clean", {14, 13, 12, 11}, 12, 1881},
          Case{"system-holes", {12, 9, 8, 7}, 14, 1422},
          Case{"liveid-ring", {14, 13, 12, 11}, 9, 2430},
          Case{"rdpcorets-jumbled", {7, 6, 2, 14}, 13, 6952972},
          Case{"rcm-jumbled", {3, 0, 14, 13}, 13, 463330}}) {
        INFO(name);
        const auto bytes = sample(name);
        CountedLog log(bytes);
        CHECK(newest(log, 4) == wanted);
        CHECK(log.reads <= most_reads);
        auto tail = EvtxTail::open(log);
        REQUIRE(tail);
        const auto chunk = tail->next();
        REQUIRE((chunk && *chunk));
        CHECK((*chunk)->header.last == last);
    }
}

TEST_CASE("the oldest record is that of the oldest chunk", "[evtx]") {
    const auto ring_of = sample("liveid-ring");
    MemorySource log(ring_of);
    auto tail = EvtxTail::open(log);
    REQUIRE(tail);
    const auto oldest = tail->oldest();
    REQUIRE((oldest && *oldest));
    // That of the first record of chunk 15.
    const Bytes last = Bytes(ring_of).subspan(evtx_header_bytes + 15 * evtx_chunk_bytes);
    CHECK(**oldest == number_at<std::uint64_t>(last, 512 + 16));
}

TEST_CASE("a log that is cut keeps what is before the cut", "[evtx]") {
    auto bytes = sample("liveid-ring");
    bytes.resize(evtx_header_bytes + 13 * evtx_chunk_bytes + 20'000);
    MemorySource log(bytes);
    auto tail = EvtxTail::open(log);
    REQUIRE(tail);
    const auto chunk = tail->next();
    REQUIRE((chunk && *chunk));
    CHECK((*chunk)->index == 13);
    const auto records = find_records((*chunk)->bytes, (*chunk)->header);
    REQUIRE(!records.whole.empty());
    CHECK(records.whole.front().id == 2389);
    CHECK(records.whole.back().offset + records.whole.back().size <= 20'000);
    CHECK(records.whole.size() + records.lost == 24);
}
