// The records of one chunk: those that are whole are found, whatever became of their neighbours.
#include "tests/support/catch.hpp"
#include "tests/unit/offline/event/evtx_support.hpp"

#include "offline/event/evtx.hpp"
#include "offline/event/evtx_file.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

using Chunk = std::vector<std::byte>;
using Ids = std::vector<std::uint64_t>;

// Chunk 13 of a real log: records 2389 to 2412.
Chunk real_chunk() {
    const auto log = unxz(RDPSWEEP_SOURCE_DIR "/tests/data/evtx/liveid-ring.evtx.xz");
    const auto begin = log.begin() + evtx_header_bytes + 13 * evtx_chunk_bytes;
    return {begin, begin + evtx_chunk_bytes};
}

ChunkRecords records_of(const Chunk& chunk) {
    return find_records(chunk, read_chunk_header(chunk));
}

Ids ids_of(const ChunkRecords& records) {
    Ids ids;
    for (const auto& record : records.whole)
        ids.push_back(record.id);
    return ids;
}

Ids from_to(std::uint64_t first, std::uint64_t last, std::uint64_t without = 0) {
    Ids ids;
    for (auto id = first; id <= last; ++id)
        if (id != without) ids.push_back(id);
    return ids;
}

// Returns the numbers of those records that the library reads in the mended chunk.
Ids read_back(Chunk chunk, const ChunkRecords& records) {
    mend_chunk(chunk, records);
    const Bytes bytes(chunk);
    auto reader = EvtxReader::open(evtx_file(std::span(&bytes, 1)));
    REQUIRE(reader);
    const auto places = places_of(records);
    CHECK(reader->count() == places.back() + 1);
    Ids ids;
    for (const auto place : places)
        if (const auto record = reader->record(place)) ids.push_back(record->number);
    return ids;
}

void set_last(Chunk& chunk, std::uint64_t last) {
    put_number(std::span(chunk), 16, last);
    put_number(std::span(chunk), 32, last);
    std::string covered(text_of(Bytes(chunk).first(120)));
    covered += text_of(Bytes(chunk).subspan(128, 384));
    put_number(std::span(chunk), 124, crc32(covered));
}

} // namespace

TEST_CASE("a sound chunk has all its records", "[evtx]") {
    const auto chunk = real_chunk();
    const auto header = read_chunk_header(chunk);
    CHECK(header.state == ChunkState::whole);
    CHECK(header.first == 2389);
    CHECK(header.last == 2412);
    const auto records = records_of(chunk);
    CHECK(ids_of(records) == from_to(2389, 2412));
    CHECK(records.lost == 0);
    CHECK(read_back(chunk, records) == from_to(2389, 2412));
    // Mending a sound chunk says nothing new.
    auto mended = chunk;
    mend_chunk(mended, records);
    CHECK(ids_of(records_of(mended)) == from_to(2389, 2412));
}

TEST_CASE("a damaged record loses itself alone", "[evtx]") {
    const auto sound = real_chunk();
    // Magic, size, identifier (a little and far off), and the size once more at the end.
    for (const auto& record : records_of(sound).whole) {
        for (const std::size_t at :
             {std::size_t{0}, std::size_t{5}, std::size_t{8}, std::size_t{14}, record.size - 4}) {
            INFO("record " << record.id << ", byte " << at);
            auto chunk = sound;
            chunk[record.offset + at] ^= std::byte{0x55};
            const auto records = records_of(chunk);
            const auto left = from_to(2389, 2412, record.id);
            REQUIRE(ids_of(records) == left);
            CHECK(records.lost == 1);
            CHECK(read_back(chunk, records) == left);
        }
    }
}

TEST_CASE("records that were written after the chunk's header are found", "[evtx]") {
    auto chunk = real_chunk();
    set_last(chunk, 2395);
    CHECK(ids_of(records_of(chunk)) == from_to(2389, 2412));
    CHECK(records_of(chunk).lost == 0);
    CHECK(read_back(chunk, records_of(chunk)) == from_to(2389, 2412));
}

TEST_CASE("remnants behind the last record are none of the log's", "[evtx]") {
    auto chunk = real_chunk();
    const auto records = records_of(chunk);
    const auto& last = records.whole.back();
    const auto& small = *std::min_element(
        records.whole.begin(),
        records.whole.end(),
        [](const auto& a, const auto& b) { return a.size < b.size; }
    );
    const auto free = last.offset + last.size;
    REQUIRE(free + small.size <= chunk.size());
    std::copy_n(chunk.data() + small.offset, small.size, chunk.data() + free);
    CHECK(ids_of(records_of(chunk)) == from_to(2389, 2412));
    // Not even with a later number that is not the next one.
    put_number(std::span(chunk), free + 8, std::uint64_t{2414});
    CHECK(ids_of(records_of(chunk)) == from_to(2389, 2412));
    put_number(std::span(chunk), free + 8, std::uint64_t{2413});
    CHECK(ids_of(records_of(chunk)) == from_to(2389, 2413));
}

TEST_CASE("records of another time than the header's are found", "[evtx]") {
    auto chunk = real_chunk();
    std::uint64_t id = 500;
    for (const auto& record : records_of(chunk).whole)
        put_number(std::span(chunk), record.offset + 8, id++);
    CHECK(ids_of(records_of(chunk)) == from_to(500, 523));
    CHECK(read_back(chunk, records_of(chunk)).size() == 24);
}

TEST_CASE("another round's records in the middle of a chunk are found", "[evtx]") {
    auto chunk = real_chunk();
    const auto records = records_of(chunk).whole;
    for (std::size_t at = 10; at < 20; ++at)
        put_number(std::span(chunk), records[at].offset + 8, std::uint64_t{5000} + at);
    auto expected = from_to(2389, 2398);
    for (const auto& others : {from_to(5010, 5019), from_to(2409, 2412)})
        expected.insert(expected.end(), others.begin(), others.end());
    CHECK(ids_of(records_of(chunk)) == expected);
}

TEST_CASE("records that are not there are lost", "[evtx]") {
    auto chunk = real_chunk();
    const auto records = records_of(chunk);
    std::fill(
        chunk.begin() + static_cast<std::ptrdiff_t>(records.whole[4].offset),
        chunk.end(),
        std::byte{0}
    );
    CHECK(ids_of(records_of(chunk)) == from_to(2389, 2392));
    CHECK(records_of(chunk).lost == 20);
    std::fill(chunk.begin() + chunk_header_bytes, chunk.end(), std::byte{0});
    CHECK(records_of(chunk).whole.empty());
    CHECK(records_of(chunk).lost == 24);
}

TEST_CASE("a record's size is believed only where it is said twice, inside", "[evtx]") {
    Chunk chunk(1024);
    const auto put = [&](std::size_t at, std::uint32_t size) {
        chunk.assign(1024, std::byte{0});
        put_number(std::span(chunk), at, std::uint32_t{0x2a2a});
        put_number(std::span(chunk), at + 4, size);
        if (size >= 4 && at + size <= chunk.size())
            put_number(std::span(chunk), at + size - 4, size);
        return record_at(chunk, at);
    };
    REQUIRE(put(512, 64));
    CHECK(put(512, 64)->size == 64);
    CHECK(put(512, 512));
    CHECK(!put(512, 520));
    CHECK(!put(512, 0xffffffff));
    CHECK(!put(512, 24));
    CHECK(!put(512, 0));
    CHECK(!put(512, 60));
    put(512, 64);
    CHECK(!record_at(chunk, 504));
    CHECK(!record_at(chunk, 1000));
    CHECK(!record_at(chunk, 4000));
    put_number(std::span(chunk), 512 + 60, std::uint32_t{63});
    CHECK(!record_at(chunk, 512));
}

TEST_CASE("a header that contradicts itself is no whole one", "[evtx]") {
    const auto state = [](std::size_t at, std::uint64_t number) {
        Chunk chunk(chunk_header_bytes);
        make_chunk_header(chunk, {1, 100});
        put_number(std::span(chunk), at, number);
        std::string covered(text_of(Bytes(chunk).first(120)));
        covered += text_of(Bytes(chunk).subspan(128, 384));
        put_number(std::span(chunk), 124, crc32(covered));
        return read_chunk_header(chunk).state;
    };
    CHECK(state(8, 1) == ChunkState::whole);
    CHECK(state(0, 1) == ChunkState::damaged);
    CHECK(state(8, 101) == ChunkState::damaged);
    CHECK(state(16, 100'000) == ChunkState::damaged); // more than fit
    CHECK(state(32, 100'000) == ChunkState::damaged);
    CHECK(state(40, 129) == ChunkState::damaged);
    CHECK(state(16, ~std::uint64_t{0}) == ChunkState::empty);
    CHECK(read_chunk_header(Chunk(chunk_header_bytes)).state == ChunkState::empty);
    CHECK(read_chunk_header(Chunk(chunk_header_bytes - 1)).state == ChunkState::damaged);
    Chunk spoilt(chunk_header_bytes);
    make_chunk_header(spoilt, {1, 100});
    spoilt[300] = std::byte{1}; // in a table, which the checksum covers, too
    CHECK(read_chunk_header(spoilt).state == ChunkState::damaged);
    spoilt[120] = std::byte{4}; // its writer made no checksums
    CHECK(read_chunk_header(spoilt).state == ChunkState::whole);
}
