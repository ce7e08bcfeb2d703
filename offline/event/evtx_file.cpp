// Writes the header of an event log's file.
#include "offline/event/evtx_file.hpp"

#include "core/digest.hpp"

#include <algorithm>
#include <utility>

#include "offline/event/evtx_bytes.hpp"
#include "offline/event/evtx_tail.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::string_view signature("ElfFile\0", 8);

void write_header(std::span<std::byte> header, std::span<const Bytes> chunks) {
    const auto count = chunks.size();
    const auto last = count == 0 ? 0 : read_chunk_header(chunks.back()).last;
    std::copy_n(reinterpret_cast<const std::byte*>(signature.data()), 8, header.begin());
    put_number(header, 8, std::uint64_t{0}); // first chunk
    put_number(header, 16, std::uint64_t{count == 0 ? 0 : count - 1});
    put_number(header, 24, last + 1);           // next record
    put_number(header, 32, std::uint32_t{128}); // size of this header
    put_number(header, 36, std::uint16_t{1});   // version 3.1
    put_number(header, 38, std::uint16_t{3});
    put_number(header, 40, static_cast<std::uint16_t>(evtx_header_bytes));
    put_number(header, 42, static_cast<std::uint16_t>(count));
    put_number(header, 124, crc32(text_of(Bytes(header).first(120))));
}

} // namespace

std::vector<std::byte> evtx_file(std::span<const Bytes> chunks) {
    std::vector<std::byte> file(evtx_header_bytes + chunks.size() * evtx_chunk_bytes);
    write_header(file, chunks);
    auto at = file.begin() + evtx_header_bytes;
    for (const auto chunk : chunks) {
        std::copy_n(chunk.begin(), std::min(chunk.size(), evtx_chunk_bytes), at);
        at += evtx_chunk_bytes;
    }
    return file;
}

Result<std::vector<std::byte>> newest_of(ByteSource& log, std::size_t most_chunks) {
    auto tail = EvtxTail::open(log);
    if (!tail) return std::move(tail).error();
    std::vector<TailChunk> newest;
    while (newest.size() < most_chunks) {
        auto chunk = tail->next();
        if (!chunk) return std::move(chunk).error();
        if (!*chunk) break;
        newest.push_back(**std::move(chunk));
    }
    std::vector<Bytes> oldest_first;
    for (auto chunk = newest.rbegin(); chunk != newest.rend(); ++chunk)
        oldest_first.emplace_back(chunk->bytes);
    return evtx_file(oldest_first);
}

} // namespace rdpsweep::offline
