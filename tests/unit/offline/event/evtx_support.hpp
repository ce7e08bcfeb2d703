// Logs of real machines, logs made of chunks that are nothing but headers, and sources that count.
#pragma once

#include "core/digest.hpp"
#include "tests/support/unxz.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "offline/event/evtx_bytes.hpp"
#include "offline/event/evtx_chunk.hpp"
#include "offline/source.hpp"

namespace rdpsweep::offline {

// Counts what is asked for.
class CountedLog final : public ByteSource {
public:
    explicit CountedLog(Bytes bytes) : memory_(bytes) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return memory_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        ++reads;
        bytes += into.size();
        return memory_.read(offset, into);
    }

    std::size_t reads = 0;
    std::uint64_t bytes = 0;

private:
    MemorySource memory_;
};

// Numbers of the first and the last record of a chunk; {0, 0}: never used.
using Numbers = std::pair<std::uint64_t, std::uint64_t>;

inline void make_chunk_header(std::span<std::byte> chunk, Numbers numbers) {
    std::copy_n(reinterpret_cast<const std::byte*>("ElfChnk"), 8, chunk.begin());
    for (const std::size_t at : {8U, 24U}) {
        put_number(chunk, at, numbers.first);
        put_number(chunk, at + 8, numbers.second);
    }
    put_number(chunk, 40, std::uint32_t{128});
    std::string covered(text_of(Bytes(chunk).first(120)));
    covered += text_of(Bytes(chunk).subspan(128, 384));
    put_number(chunk, 124, crc32(covered));
}

// What the file's header says.
struct Said {
    std::uint64_t last_chunk = 0;
    std::uint64_t next_number = 1;
};

// A log without a record. It is large and mostly zeros: only what is not is kept.
class HeaderLog final : public ByteSource {
public:
    explicit HeaderLog(const std::vector<Numbers>& chunks, Said said = {}) {
        size_ = evtx_header_bytes + chunks.size() * evtx_chunk_bytes;
        std::vector<std::byte> header(128);
        std::copy_n(reinterpret_cast<const std::byte*>("ElfFile"), 8, header.begin());
        put_number(std::span(header), 16, said.last_chunk);
        put_number(std::span(header), 24, said.next_number);
        put_number(std::span(header), 124, crc32(text_of(Bytes(header).first(120))));
        kept_[0] = std::move(header);
        for (std::size_t at = 0; at < chunks.size(); ++at) {
            if (chunks[at] == Numbers{}) continue;
            std::vector<std::byte> chunk(chunk_header_bytes);
            make_chunk_header(chunk, chunks[at]);
            kept_[evtx_header_bytes + at * evtx_chunk_bytes] = std::move(chunk);
        }
    }

    [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        reads.emplace_back(offset, into.size());
        auto inside = lies_within(size_, offset, into.size());
        std::fill(into.begin(), into.end(), std::byte{0});
        for (const auto& [at, bytes] : kept_) {
            const auto from = std::max(at, offset);
            const auto to = std::min(at + bytes.size(), offset + into.size());
            if (from < to)
                std::copy_n(bytes.data() + (from - at), to - from, into.data() + (from - offset));
        }
        return inside;
    }

    // Makes the header of a chunk one that contradicts its checksum.
    void spoil(std::size_t chunk) {
        auto& bytes = kept_.at(evtx_header_bytes + chunk * evtx_chunk_bytes);
        bytes[9] ^= std::byte{0xff};
    }

    std::vector<std::pair<std::uint64_t, std::size_t>> reads;

private:
    std::uint64_t size_ = 0;
    std::map<std::uint64_t, std::vector<std::byte>> kept_;
};

} // namespace rdpsweep::offline
