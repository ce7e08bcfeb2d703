// Event logs of any content: the records that are found are those that the library finds, and what
// is made of them keeps its limits.
#include "offline/event/evtx.hpp"

#include "core/unicode.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

#include "offline/event/event_history.hpp"
#include "offline/event/evtx_file.hpp"
#include "offline/event/evtx_tail.hpp"

namespace {

using namespace rdpsweep;
using namespace rdpsweep::offline;

void check_records(ByteSource& log) {
    auto tail = EvtxTail::open(log);
    if (!tail) return;
    for (int read = 0; read < 3; ++read) {
        auto chunk = tail->next();
        must(chunk.has_value(), "what is in memory can be read");
        if (!*chunk) return;
        const auto records = find_records((*chunk)->bytes, (*chunk)->header);
        if (records.whole.empty()) continue;
        mend_chunk((*chunk)->bytes, records);
        must(
            find_records((*chunk)->bytes, read_chunk_header((*chunk)->bytes)).lost == 0 ||
                places_of(records).back() + 1 != records.whole.size(),
            "what is mended lacks nothing"
        );
        const Bytes mended((*chunk)->bytes);
        auto reader = EvtxReader::open(evtx_file(std::span(&mended, 1)));
        must(reader.has_value(), "the library takes a mended chunk");
        const auto& last = records.whole.back();
        // The library wants four bytes behind a record.
        if (last.offset + last.size + 4 <= evtx_chunk_bytes)
            must(reader->count() == places_of(records).back() + 1, "and finds as many records");
    }
}

void check_event(const Event& event) {
    must(event.data.size() <= 24, "an event has no more fields than the collector keeps");
    must(event.binary.size() <= 512 && event.binary.size() % 2 == 0, "nor more bytes");
    for (const auto& [name, text] : event.data) {
        must(to_valid_utf8(name) == name && to_valid_utf8(text) == text, "texts are UTF-8");
        must(utf8_to_utf16le(text).size() <= 800, "and short");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    MemorySource log(bytes);
    check_records(log);
    const auto open = [&](std::string_view) -> Result<std::unique_ptr<ByteSource>> {
        return std::unique_ptr<ByteSource>(std::make_unique<MemorySource>(bytes));
    };
    const auto history = read_history(open, 24 * 365 * 100);
    const auto& events = history.events.events;
    must(events.size() <= 500, "events are as many as the schema allows");
    must(
        std::is_sorted(
            events.begin(),
            events.end(),
            [](const auto& a, const auto& b) { return a.time > b.time; }
        ),
        "newest first"
    );
    for (const auto& event : events)
        check_event(event);
    return 0;
}
