// One chunk of an event log's file (.evtx): what its header says, and which records are whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

inline constexpr std::size_t evtx_header_bytes = 4096; // of the file, before its first chunk
inline constexpr std::size_t evtx_chunk_bytes = 65536;
inline constexpr std::size_t chunk_header_bytes = 512; // with the tables that its checksum covers

enum class ChunkState : std::uint8_t {
    empty,   // zeros, or made ready for records that have not come
    damaged, // something else, or a header that contradicts itself
    whole,
};

// Numbers count the records of a file; identifiers, those of a log. They differ in exported files.
struct ChunkHeader {
    ChunkState state = ChunkState::empty;
    std::uint64_t first = 0; // number of the oldest record
    std::uint64_t last = 0;  // of the newest
    std::uint64_t first_id = 0;
    std::uint64_t last_id = 0;
};

// Reads the first 512 bytes of a chunk.
ChunkHeader read_chunk_header(Bytes chunk) noexcept;

// A record as it lies in its chunk, its contents unread.
struct RawRecord {
    std::size_t offset = 0;
    std::size_t size = 0;
    std::uint64_t id = 0;
    std::uint64_t written = 0; // FILETIME
};

struct ChunkRecords {
    std::vector<RawRecord> whole; // oldest first
    std::uint64_t lost = 0;       // that should be there as well
};

// Finds the records that are whole, whatever lies between them, and those that were written after
// the header was.
ChunkRecords find_records(Bytes chunk, const ChunkHeader& header);

// Returns the record that begins at offset; nothing where none does.
std::optional<RawRecord> record_at(Bytes chunk, std::size_t offset) noexcept;

// Changes chunk, so that every reader finds these records in it; between them, where others were
// lost, one that is to be left alone; and nothing after the last. records must not be empty.
void mend_chunk(std::span<std::byte> chunk, const ChunkRecords& records);

// Returns the place of each of the records among those that a reader finds in the mended chunk.
std::vector<std::size_t> places_of(const ChunkRecords& records);

} // namespace rdpsweep::offline
