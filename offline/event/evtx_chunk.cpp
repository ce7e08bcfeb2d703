// Reads chunk and record headers; writes the header of a chunk that lost some.
#include "offline/event/evtx_chunk.hpp"

#include "core/digest.hpp"

#include <algorithm>
#include <limits>

#include "offline/event/evtx_bytes.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::uint32_t record_magic = 0x00002a2a;
constexpr std::size_t record_frame = 28;    // its header, and its size once more at the end
constexpr std::size_t smallest_record = 32; // room for a document of binary XML
constexpr std::size_t records_begin = chunk_header_bytes;
constexpr std::size_t most_records = (evtx_chunk_bytes - records_begin) / smallest_record;
constexpr std::uint32_t unchecked = 4; // flag: the writer has left the checksums out
constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

std::uint32_t header_sum(Bytes chunk) {
    std::string covered(text_of(chunk.subspan(0, 120)));
    covered += text_of(chunk.subspan(128, chunk_header_bytes - 128));
    return crc32(covered);
}

bool sums_up(Bytes chunk) {
    const auto flags = number_at<std::uint32_t>(chunk, 120).value_or(0);
    return (flags & unchecked) != 0 ||
           number_at<std::uint32_t>(chunk, 124) == std::optional(header_sum(chunk));
}

// Tells whether a range of numbers fits into a chunk.
bool fits(std::uint64_t first, std::uint64_t last) noexcept {
    return first <= last && last - first < most_records;
}

// Where a record may begin, and what its identifier may be.
struct Expected {
    std::size_t offset;
    std::size_t end;     // of the records that the header knows
    std::uint64_t after; // the identifier of the one before
    std::uint64_t last;  // the last that the header knows
};

// Tells whether a record goes on where the one before ended. Identifiers count up by one; between
// the two there may have been as many as fit.
bool goes_on(Bytes chunk, const Expected& expected, const RawRecord& record) {
    const auto between = (record.offset - expected.offset) / smallest_record;
    const bool in_turn = record.id > expected.after && record.id - expected.after - 1 <= between;
    if (in_turn && (between == 0 || record.id <= expected.last)) return true;
    // Parts of a chunk may be of another time than the rest: records of one size line up all the
    // same. Two bear each other out.
    if (between != 0 || record.offset >= expected.end) return false;
    const auto next = record_at(chunk, record.offset + record.size);
    return next && next->id == record.id + 1;
}

// Returns the next whole record: the one that follows at once, or one behind bytes that are none.
std::optional<RawRecord> next_record(Bytes chunk, const Expected& expected) {
    const auto follows = record_at(chunk, expected.offset);
    if (follows && goes_on(chunk, expected, *follows)) return follows;
    if (expected.after >= expected.last) return std::nullopt;
    // A lost record takes at least its frame.
    for (auto at = expected.offset + smallest_record; at < chunk.size(); at += 8) {
        const auto found = record_at(chunk, at);
        if (found && goes_on(chunk, expected, *found)) return found;
    }
    return std::nullopt;
}

void write_frame(std::span<std::byte> chunk, std::size_t offset, std::size_t size) {
    put_number(chunk, offset, record_magic);
    put_number(chunk, offset + 4, static_cast<std::uint32_t>(size));
    put_number(chunk, offset + size - 4, static_cast<std::uint32_t>(size));
}

} // namespace

ChunkHeader read_chunk_header(Bytes chunk) noexcept {
    const auto head = slice(chunk, 0, chunk_header_bytes);
    if (!head) return {.state = ChunkState::damaged};
    const auto zero = [](std::byte byte) { return byte == std::byte{0}; };
    if (std::all_of(head->begin(), head->end(), zero)) return {};
    ChunkHeader header{
        .state = ChunkState::damaged,
        .first = *number_at<std::uint64_t>(*head, 8),
        .last = *number_at<std::uint64_t>(*head, 16),
        .first_id = *number_at<std::uint64_t>(*head, 24),
        .last_id = *number_at<std::uint64_t>(*head, 32)};
    const bool sane = text_of(head->first(8)) == std::string_view("ElfChnk\0", 8) &&
                      number_at<std::uint32_t>(*head, 40) == 128U && sums_up(*head);
    if (!sane) return header;
    if (header.first == none || header.last == none || header.last == 0) return {};
    if (fits(header.first, header.last) && fits(header.first_id, header.last_id))
        header.state = ChunkState::whole;
    return header;
}

std::optional<RawRecord> record_at(Bytes chunk, std::size_t offset) noexcept {
    const auto frame = slice(chunk, offset, record_frame);
    if (!frame || number_at<std::uint32_t>(*frame, 0) != record_magic) return std::nullopt;
    const std::size_t size = *number_at<std::uint32_t>(*frame, 4);
    const auto whole = slice(chunk, offset, size);
    if (!whole || size < smallest_record || size % 8 != 0) return std::nullopt;
    if (number_at<std::uint32_t>(*whole, size - 4) != size) return std::nullopt;
    return RawRecord{
        .offset = offset,
        .size = size,
        .id = *number_at<std::uint64_t>(*frame, 8),
        .written = *number_at<std::uint64_t>(*frame, 16)};
}

ChunkRecords find_records(Bytes chunk, const ChunkHeader& header) {
    ChunkRecords found;
    Expected expected{
        .offset = records_begin,
        .end = number_at<std::uint32_t>(chunk, 48).value_or(0),
        .after = header.first_id - 1,
        .last = header.last_id};
    while (const auto record = next_record(chunk, expected)) {
        found.whole.push_back(*record);
        if (record->id - expected.after <= most_records)
            found.lost += record->id - expected.after - 1;
        expected.offset = record->offset + record->size;
        expected.after = record->id;
    }
    if (expected.after < expected.last)
        found.lost += std::min<std::uint64_t>(expected.last - expected.after, most_records);
    return found;
}

void mend_chunk(std::span<std::byte> chunk, const ChunkRecords& records) {
    std::size_t at = records_begin;
    for (const auto& record : records.whole) {
        if (record.offset > at) write_frame(chunk, at, record.offset - at);
        at = record.offset + record.size;
    }
    std::fill(chunk.begin() + static_cast<std::ptrdiff_t>(at), chunk.end(), std::byte{0});
    const auto count = places_of(records).back() + 1;
    const auto first = records.whole.front().id;
    for (const std::size_t place : {std::size_t{8}, std::size_t{24}}) {
        put_number(chunk, place, first);
        put_number(chunk, place + 8, first + count - 1);
    }
    put_number(chunk, 44, static_cast<std::uint32_t>(records.whole.back().offset));
    put_number(chunk, 48, static_cast<std::uint32_t>(at));
    put_number(chunk, 52, crc32(text_of(Bytes(chunk).subspan(records_begin, at - records_begin))));
    put_number(chunk, 120, std::uint32_t{0});
    put_number(chunk, 124, header_sum(chunk));
}

std::vector<std::size_t> places_of(const ChunkRecords& records) {
    std::vector<std::size_t> places;
    std::size_t place = 0;
    std::size_t at = records_begin;
    for (const auto& record : records.whole) {
        if (record.offset > at) ++place;
        places.push_back(place++);
        at = record.offset + record.size;
    }
    return places;
}

} // namespace rdpsweep::offline
