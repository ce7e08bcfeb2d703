// Looks for the newest chunk by bisection, as the numbers of a ring ascend from its first chunk to
// the newest one; where they turn out not to, looks at every header.
#include "offline/event/evtx_tail.hpp"

#include "core/digest.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "offline/event/evtx_bytes.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::uint64_t chunks_a_read = 16; // 1 MiB

Error no_log() {
    return Error(Phase::run, Errc::malformed_output, "that is no event log");
}

std::uint64_t offset_of(std::uint64_t index) noexcept {
    return evtx_header_bytes + index * evtx_chunk_bytes;
}

// A chunk that is cut counts as long as it has its header.
std::uint64_t chunks_in(std::uint64_t size) noexcept {
    if (size < evtx_header_bytes + chunk_header_bytes) return 0;
    return (size - evtx_header_bytes - chunk_header_bytes) / evtx_chunk_bytes + 1;
}

bool is_whole(const ChunkHeader& header) noexcept {
    return header.state == ChunkState::whole;
}

bool is_log(Bytes head) {
    return text_of(head.first(8)) == std::string_view("ElfFile\0", 8);
}

} // namespace

EvtxTail::EvtxTail(ByteSource& log, TailRules rules) noexcept
    : log_(&log), rules_(rules), count_(chunks_in(log.size())) {}

Result<EvtxTail> EvtxTail::open(ByteSource& log, TailRules rules) {
    EvtxTail tail(log, rules);
    if (tail.count_ == 0) return no_log();
    std::array<std::byte, evtx_header_bytes + chunk_header_bytes> head{};
    if (auto read = log.read(0, head); !read) return std::move(read).error();
    tail.seen_[0] = read_chunk_header(Bytes(head).subspan(evtx_header_bytes));
    if (auto located = tail.locate(head); !located) return std::move(located).error();
    const bool found = tail.listed_ ? !tail.list_.empty() : true;
    if (!found && !is_log(head)) return no_log();
    return tail;
}

Result<ChunkHeader> EvtxTail::header_of(std::uint64_t index) {
    if (const auto known = seen_.find(index); known != seen_.end()) return known->second;
    std::array<std::byte, chunk_header_bytes> bytes{};
    if (auto read = log_->read(offset_of(index), bytes); !read) return std::move(read).error();
    return seen_[index] = read_chunk_header(bytes);
}

// Tells whether a chunk was written in the round of the ring that began with chunk 0.
Result<bool> EvtxTail::in_first_round(std::uint64_t index) {
    if (index >= count_) return false;
    auto header = header_of(index);
    if (!header) return std::move(header).error();
    return is_whole(*header) && header->first >= seen_[0].first;
}

// Returns the last chunk of that round, if the chunks are in order. hint: where it may be; a wrong
// one costs two reads.
Result<std::uint64_t> EvtxTail::search(std::uint64_t hint) {
    std::uint64_t in = 0;
    std::uint64_t out = count_;
    for (const auto index : {hint, hint + 1}) {
        if (index <= in || index >= out) continue;
        const auto inside = in_first_round(index);
        if (!inside) return inside.error();
        (*inside ? in : out) = index;
    }
    while (out - in > 1) {
        const auto middle = in + (out - in) / 2;
        const auto inside = in_first_round(middle);
        if (!inside) return inside.error();
        (*inside ? in : out) = middle;
    }
    return in;
}

// Tells whether a chunk that is newer stands behind the newest one and a hole: a crash can leave
// what was written last, and not what was written before.
Result<bool> EvtxTail::goes_on_behind(std::uint64_t newest) {
    constexpr std::uint64_t farthest = 5;
    const auto end = std::min(newest + farthest, count_ - 1);
    if (newest + 1 >= count_ || is_whole(seen_[newest + 1]) || newest + 2 > end) return false;
    const auto begin = newest + 2;
    std::vector<std::byte> bytes((end - begin) * evtx_chunk_bytes + chunk_header_bytes);
    if (auto read = log_->read(offset_of(begin), bytes); !read) return std::move(read).error();
    bool newer = false;
    for (auto index = begin; index <= end; ++index) {
        const auto header =
            read_chunk_header(Bytes(bytes).subspan((index - begin) * evtx_chunk_bytes));
        seen_[index] = header;
        newer = newer || (is_whole(header) && header.first > seen_[newest].last);
    }
    return newer;
}

// Tells whether the neighbours of the newest chunk are what they should be. next_number: that of
// the next record, as the file's header had it when it was written; 0: not known.
Result<bool> EvtxTail::is_in_order(std::uint64_t newest, std::uint64_t next_number) {
    const auto last = seen_[newest].last;
    if (next_number != 0 && next_number - 1 > last) return false;
    const bool full = newest + 1 == count_ || is_whole(seen_[newest + 1]);
    // Behind a hole, or cleared: a ring that is not full yet began with record 1.
    if (!full && seen_[0].first > 1) return false;
    const auto before = newest != 0 ? newest - 1 : count_ - 1;
    if (before != newest) {
        auto header = header_of(before);
        if (!header) return std::move(header).error();
        const bool begins = newest == 0 && header->state == ChunkState::empty;
        const bool follows = is_whole(*header) && header->last + 1 == seen_[newest].first;
        if (!begins && !follows) return false;
    }
    auto more = goes_on_behind(newest);
    if (!more) return std::move(more).error();
    return !*more;
}

Status EvtxTail::locate(Bytes head) {
    const bool sums_up =
        number_at<std::uint32_t>(head, 124) == std::optional(crc32(text_of(head.first(120))));
    const bool known = is_log(head) && sums_up;
    const auto hint = known ? *number_at<std::uint64_t>(head, 16) : 0;
    const auto next_number = known ? *number_at<std::uint64_t>(head, 24) : 0;
    if (!is_whole(seen_[0])) return scan();
    auto newest = search(std::min(hint, count_));
    if (!newest) return std::move(newest).error();
    newest_ = *newest;
    const auto in_order = is_in_order(newest_, next_number);
    if (!in_order) return in_order.error();
    return *in_order ? Status() : scan();
}

// Looks at all headers, or as many as may be.
Status EvtxTail::scan() {
    std::map<std::uint64_t, ChunkHeader> headers;
    const auto most = std::min(rules_.most_headers, count_);
    const auto first = newest_ > most / 2 ? newest_ - most / 2 : 0;
    const auto begin = std::min(first, count_ - most);
    std::vector<std::byte> bytes;
    for (auto index = begin; index < begin + most;) {
        const auto chunks = std::min(chunks_a_read, begin + most - index);
        bytes.resize((chunks - 1) * evtx_chunk_bytes + chunk_header_bytes);
        if (auto read = log_->read(offset_of(index), bytes); !read) return read;
        for (std::uint64_t at = 0; at < chunks; ++at, ++index)
            headers[index] = read_chunk_header(Bytes(bytes).subspan(at * evtx_chunk_bytes));
    }
    list(std::move(headers));
    return {};
}

// Puts the whole ones into an order, newest first. Of two that have the same records, one is a
// remnant.
void EvtxTail::list(std::map<std::uint64_t, ChunkHeader> headers) {
    listed_ = true;
    std::vector<std::pair<ChunkHeader, std::uint64_t>> whole;
    damaged_ = 0;
    for (const auto& [index, header] : headers) {
        if (is_whole(header)) whole.emplace_back(header, index);
        if (header.state == ChunkState::damaged) ++damaged_;
    }
    std::stable_sort(whole.begin(), whole.end(), [](const auto& a, const auto& b) {
        return a.first.last > b.first.last;
    });
    std::optional<ChunkHeader> newer = last_ ? std::optional(last_->header) : std::nullopt;
    for (const auto& [header, index] : whole) {
        if (newer && header.last >= newer->first) continue;
        list_.push_back(index);
        newer = header;
    }
}

Result<TailChunk> EvtxTail::read_chunk(std::uint64_t index) {
    TailChunk chunk;
    chunk.index = index;
    chunk.bytes.resize(evtx_chunk_bytes);
    const auto there = std::min<std::uint64_t>(evtx_chunk_bytes, log_->size() - offset_of(index));
    auto read = log_->read(offset_of(index), std::span(chunk.bytes).first(there));
    if (!read) return std::move(read).error();
    chunk.header = read_chunk_header(chunk.bytes);
    return chunk;
}

TailChunk EvtxTail::hand_out(TailChunk chunk) {
    if (last_) lost_ += last_->header.first - 1 - chunk.header.last;
    ++handed_out_;
    last_ = Place{.index = chunk.index, .header = chunk.header};
    return chunk;
}

Result<std::optional<TailChunk>> EvtxTail::next_in_order() {
    if (handed_out_ == count_) return std::optional<TailChunk>();
    const bool wraps = last_ && last_->index == 0;
    const auto index = !last_ ? newest_ : (wraps ? count_ : last_->index) - 1;
    auto chunk = read_chunk(index);
    if (!chunk) return std::move(chunk).error();
    const auto& header = chunk->header;
    const bool follows = !last_ || header.last + 1 == last_->header.first;
    if (is_whole(header) && follows) return std::optional(hand_out(*std::move(chunk)));
    // Nothing is older than record 1.
    if (wraps && last_->header.first <= 1) return std::optional<TailChunk>();
    if (auto scanned = scan(); !scanned) return std::move(scanned).error();
    return next_listed();
}

Result<std::optional<TailChunk>> EvtxTail::next_listed() {
    while (place_ < list_.size()) {
        auto chunk = read_chunk(list_[place_++]);
        if (!chunk) return std::move(chunk).error();
        const bool older = !last_ || chunk->header.last < last_->header.first;
        if (is_whole(chunk->header) && older) return std::optional(hand_out(*std::move(chunk)));
        ++damaged_;
    }
    return std::optional<TailChunk>();
}

Result<std::optional<TailChunk>> EvtxTail::next() {
    return listed_ ? next_listed() : next_in_order();
}

Result<std::optional<std::uint64_t>> EvtxTail::oldest() {
    if (listed_ && list_.empty()) return std::optional<std::uint64_t>();
    auto index = listed_ ? list_.back() : 0;
    if (!listed_ && newest_ + 1 < count_ && is_whole(seen_[newest_ + 1])) index = newest_ + 1;
    auto chunk = read_chunk(index);
    if (!chunk) return std::move(chunk).error();
    if (!is_whole(chunk->header)) return std::optional<std::uint64_t>();
    const auto records = find_records(chunk->bytes, chunk->header);
    if (records.whole.empty()) return std::optional<std::uint64_t>();
    return std::optional(records.whole.front().written);
}

} // namespace rdpsweep::offline
