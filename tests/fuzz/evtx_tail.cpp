// Which chunks of a log are the newest, for any log of headers, against all of its headers read one
// after the other.
#include "offline/event/evtx_tail.hpp"

#include "tests/fuzz/target.hpp"
#include "tests/unit/offline/event/evtx_support.hpp"

#include <set>
#include <span>

namespace {

using namespace rdpsweep::offline;

// What the input says: how many chunks, what state they are in, and what the file's header says.
class Layout {
public:
    explicit Layout(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
        const auto count = 1 + next() % 80;
        in_order = next() % 2 == 0;
        newest = next() % count;
        said.last_chunk = next();
        chunks = in_order ? ring(count) : numbers(count);
    }

    std::vector<Numbers> chunks;
    Said said;
    std::uint64_t newest = 0; // where they are in order
    bool in_order = false;

private:
    std::uint64_t next() {
        if (bytes_.empty()) return 0;
        const auto byte = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return byte;
    }

    // A ring, full or not, of chunks with a few records or many.
    std::vector<Numbers> ring(std::uint64_t count) {
        std::vector<Numbers> made(count);
        const bool full = next() % 2 == 0;
        std::uint64_t number = 1 + next();
        for (std::uint64_t back = full ? count : newest + 1; back-- > 0;) {
            const auto length = 1 + next();
            made[(newest + count - back) % count] = {number, number + length - 1};
            number += length;
        }
        return made;
    }

    std::vector<Numbers> numbers(std::uint64_t count) {
        std::vector<Numbers> made(count);
        for (auto& [first, last] : made) {
            const auto length = next();
            if (length == 0) continue;
            first = 1 + next() * 256 + next();
            last = first + length - 1;
        }
        said.next_number = next() * 256;
        return made;
    }

    std::span<const std::uint8_t> bytes_;
};

void check_order(const Layout& layout, const std::vector<TailChunk>& chunks) {
    std::set<std::uint64_t> indexes;
    for (std::size_t at = 0; at < chunks.size(); ++at) {
        const auto& [index, header, bytes] = chunks[at];
        must(indexes.insert(index).second, "no chunk comes twice");
        must(layout.chunks[index] == Numbers(header.first, header.last), "each is what it is");
        if (at != 0) must(header.last < chunks[at - 1].header.first, "and older than the last");
    }
    // One that did not come has records of one that did, or is newer than the first.
    for (std::uint64_t index = 0; index < layout.chunks.size(); ++index) {
        const auto [first, last] = layout.chunks[index];
        if (first == 0 || indexes.contains(index)) continue;
        bool excused = !chunks.empty() && last > chunks.front().header.last;
        for (const auto& chunk : chunks)
            excused = excused || (first <= chunk.header.last && last >= chunk.header.first);
        must(excused, "all that is older comes");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Layout layout(std::span(data, size));
    HeaderLog log(layout.chunks, layout.said);
    auto tail = EvtxTail::open(log);
    must(tail.has_value(), "it is a log");
    const std::size_t spans = layout.chunks.size() / 16 + 1;
    must(log.reads.size() <= 13 + spans, "few reads find the newest");
    std::vector<TailChunk> chunks;
    for (;;) {
        auto chunk = tail->next();
        must(chunk.has_value(), "a chunk can be read");
        if (!*chunk) break;
        chunks.push_back(**std::move(chunk));
        chunks.back().bytes.clear();
        must(chunks.size() <= layout.chunks.size(), "it ends");
    }
    check_order(layout, chunks);
    if (layout.in_order) must(chunks.front().index == layout.newest, "the newest is the first");
    return 0;
}
