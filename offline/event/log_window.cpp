// Reads chunk by chunk, each as a log of its own, so that a damaged one loses itself alone; stops
// where the window begins, and where enough was found.
#include "offline/event/log_window.hpp"

#include <algorithm>
#include <utility>

#include "offline/event/event_facts.hpp"
#include "offline/event/evtx_file.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_events = 50; // of a source, as the collector
constexpr std::int64_t hour = 3600;
// What may lie between an event and the moment at which its log wrote it down.
constexpr std::int64_t delay = 600;
// When a Windows with such logs runs: from 2000 to 2100.
constexpr std::int64_t earliest = 946'684'800;
constexpr std::int64_t latest = 4'102'444'800;

// Returns Unix seconds; nothing where the time is none at which a Windows with such logs ran.
std::optional<std::int64_t> moment(std::uint64_t filetime) noexcept {
    constexpr std::uint64_t second = 10'000'000;
    constexpr std::int64_t to_unix = 11'644'473'600;
    const auto time = static_cast<std::int64_t>(filetime / second) - to_unix;
    return time >= earliest && time < latest ? std::optional(time) : std::nullopt;
}

class WindowReader {
public:
    WindowReader(const EventLog& log, const Window& window) : log_(log), window_(window) {
        found_.sources.resize(log.sources.size());
    }

    // Reads one chunk; tells whether older ones are wanted.
    bool take(TailChunk chunk) {
        const auto records = find_records(chunk.bytes, chunk.header);
        found_.lost_records += records.lost;
        if (records.whole.empty()) return true;
        note_ends(records);
        if (!since_) return true;
        read(std::move(chunk), records);
        const auto oldest = moment(records.whole.front().written);
        return !(oldest && *oldest < *since_) && !enough();
    }

    LogWindow result(EvtxTail& tail, bool cut) && {
        found_.cut = cut;
        if (log_.tells_oldest) {
            const auto oldest = tail.oldest();
            const auto written = oldest && *oldest ? moment(**oldest) : std::nullopt;
            if (written) found_.oldest = written;
        }
        found_.damaged_chunks = tail.damaged();
        found_.lost_records += tail.lost();
        return std::move(found_);
    }

private:
    void note_ends(const ChunkRecords& records) {
        for (auto at = records.whole.rbegin(); at != records.whole.rend() && !found_.newest; ++at)
            found_.newest = moment(at->written);
        if (const auto first = moment(records.whole.front().written)) found_.oldest = first;
        const auto until = window_.until ? window_.until : found_.newest;
        if (until) since_ = *until - window_.hours * hour;
    }

    void read(TailChunk chunk, const ChunkRecords& records) {
        mend_chunk(chunk.bytes, records);
        const Bytes bytes(chunk.bytes);
        auto reader = EvtxReader::open(evtx_file(std::span(&bytes, 1)));
        if (!reader) {
            found_.lost_records += records.whole.size();
            return;
        }
        const auto places = places_of(records);
        for (auto at = records.whole.size(); at-- > 0;) {
            const auto written = moment(records.whole[at].written);
            if (written && *written + delay < *since_) continue;
            if (const auto record = reader->record(places[at]))
                sort_in(*record);
            else
                ++found_.lost_records;
        }
    }

    void sort_in(const EventRecord& record) {
        if (!record.time || *record.time < *since_ || *record.time >= latest) return;
        for (std::size_t at = 0; at < log_.sources.size(); ++at) {
            const auto& source = log_.sources[at];
            if (!asks_for(source, record)) continue;
            auto& [events, more] = found_.sources[at];
            if (events.size() < most_events)
                events.push_back(event_of(source.label, record));
            else
                more = true;
        }
    }

    [[nodiscard]] bool enough() const {
        return std::all_of(found_.sources.begin(), found_.sources.end(), [](const auto& source) {
            return source.more;
        });
    }

    const EventLog& log_;
    const Window& window_;
    LogWindow found_;
    std::optional<std::int64_t> since_;
};

} // namespace

Result<LogWindow> read_window(ByteSource& bytes, const EventLog& log, const Window& window) {
    auto tail = EvtxTail::open(bytes);
    if (!tail) return std::move(tail).error();
    WindowReader reader(log, window);
    bool wanted = true;
    for (std::size_t read = 0; wanted && read < log.most_chunks; ++read) {
        auto chunk = tail->next();
        if (!chunk) return std::move(chunk).error();
        if (!*chunk) return std::move(reader).result(*tail, false);
        wanted = reader.take(**std::move(chunk));
    }
    return std::move(reader).result(*tail, wanted);
}

} // namespace rdpsweep::offline
