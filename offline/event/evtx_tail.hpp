// The newest chunks of an event log's file, found by the numbers in their own headers: the header
// of the file is as old as the last clean stop, and lies on the disk of a VM that crashed.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "offline/event/evtx_chunk.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

struct TailRules {
    // Headers that are looked at where the chunks are in no order, as after a crash; those around
    // the place where the newest one should be.
    std::uint64_t most_headers = 512;
};

struct TailChunk {
    std::uint64_t index = 0;
    ChunkHeader header;
    std::vector<std::byte> bytes; // 64 KiB; zeros where the file ends before
};

// Hands out chunks, newest first. A log is a ring: where it is full, the newest chunk lies before
// the oldest. The log must outlive it.
class EvtxTail {
public:
    // Error{run, malformed_output}: that is no event log; or what the log's source says. A log
    // without a record is none.
    static Result<EvtxTail> open(ByteSource& log, TailRules rules = {});

    // Returns the newest chunk that was not handed out yet; nothing after the oldest.
    Result<std::optional<TailChunk>> next();

    // Returns when the oldest record was written, a FILETIME; nothing if that cannot be told.
    Result<std::optional<std::uint64_t>> oldest();

    // Returns how many chunks were met whose headers make no sense.
    [[nodiscard]] std::size_t damaged() const noexcept { return damaged_; }

    // Returns how many records are missing between the chunks that were handed out.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

private:
    struct Place {
        std::uint64_t index;
        ChunkHeader header;
    };

    EvtxTail(ByteSource& log, TailRules rules) noexcept;

    Result<ChunkHeader> header_of(std::uint64_t index);
    Result<bool> in_first_round(std::uint64_t index);
    Result<std::uint64_t> search(std::uint64_t hint);
    Result<bool> is_in_order(std::uint64_t newest, std::uint64_t next_number);
    Result<bool> goes_on_behind(std::uint64_t newest);
    Status locate(Bytes head);
    Status scan();
    void list(std::map<std::uint64_t, ChunkHeader> headers);
    Result<TailChunk> read_chunk(std::uint64_t index);
    Result<std::optional<TailChunk>> next_in_order();
    Result<std::optional<TailChunk>> next_listed();
    TailChunk hand_out(TailChunk chunk);

    ByteSource* log_;
    TailRules rules_;
    std::uint64_t count_;                       // chunks, the last of which may be cut
    std::map<std::uint64_t, ChunkHeader> seen_; // headers that were asked for
    std::uint64_t newest_ = 0;
    std::uint64_t handed_out_ = 0;
    std::optional<Place> last_; // what was handed out
    bool listed_ = false;       // the chunks are in no order: list_ has it
    std::vector<std::uint64_t> list_;
    std::size_t place_ = 0; // in list_
    std::size_t damaged_ = 0;
    std::uint64_t lost_ = 0;
};

} // namespace rdpsweep::offline
