// Fetches blocks that are not kept, as few requests as there are gaps, and copies from them.
#include "offline/block_cache.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rdpsweep::offline {

BlockCache::BlockCache(ByteSource& below, BlockRules rules) : below_(below), rules_(rules) {}

const BlockCache::Block* BlockCache::find(std::uint64_t number) {
    const auto place = places_.find(number);
    if (place == places_.end()) {
        return nullptr;
    }
    kept_.splice(kept_.begin(), kept_, place->second);
    return &kept_.front();
}

void BlockCache::keep(std::uint64_t number, std::span<const std::byte> bytes) {
    kept_.push_front({.number = number, .bytes = {bytes.begin(), bytes.end()}});
    places_[number] = kept_.begin();
    // What a single request brings is kept whole, whatever the limit.
    const auto most = std::max(rules_.most_kept, rules_.most_a_request) / rules_.block;
    while (kept_.size() > most) {
        places_.erase(kept_.back().number);
        kept_.pop_back();
    }
}

// Adds what will be wanted next: what follows, where a log is read from its begin to its end; else
// what lies between here and a place that was wanted before.
BlockCache::Run BlockCache::widened(Run run) {
    const auto last_of_all = (below_.size() - 1) / rules_.block;
    const auto most = rules_.most_a_request / rules_.block;
    ahead_ = run.first == next_ ? std::min({2 * ahead_, rules_.ahead, most}) : 1;
    while (run.last - run.first + 1 < ahead_ && run.last < last_of_all &&
           !places_.contains(run.last + 1))
        ++run.last;
    if (ahead_ > 1 || run.last - run.first + 1 + 2 * rules_.gap > most) return run;
    for (std::uint64_t far = 1; far <= std::min<std::uint64_t>(rules_.gap + 1, run.first); ++far) {
        if (!places_.contains(run.first - far)) continue;
        run.first -= far - 1;
        break;
    }
    for (std::uint64_t far = 1; far <= rules_.gap + 1; ++far) {
        if (!places_.contains(run.last + far)) continue;
        run.last += far - 1;
        break;
    }
    return run;
}

Status BlockCache::fetch(Run run) {
    const auto begin = run.first * rules_.block;
    const auto length = std::min((run.last + 1) * rules_.block, below_.size()) - begin;
    if (requests_ >= rules_.most_requests || length > rules_.most_bytes - bytes_) {
        return Error(
            Phase::run, Errc::output_limit, "the disk wants more to be read than one may cost"
        );
    }
    std::vector<std::byte> bytes(length);
    ++requests_;
    bytes_ += length;
    if (auto read = below_.read(begin, bytes); !read) {
        return read;
    }
    next_ = run.last + 1;
    for (auto number = run.first; number <= run.last; ++number) {
        const auto at = (number - run.first) * rules_.block;
        keep(
            number, std::span(bytes).subspan(at, std::min<std::uint64_t>(rules_.block, length - at))
        );
    }
    return {};
}

// What nobody asked for must not fail what somebody did.
Status BlockCache::fetch_with_more(Run run) {
    const auto wide = widened(run);
    auto fetched = fetch(wide);
    const bool more = wide.first != run.first || wide.last != run.last;
    return fetched || !more ? fetched : fetch(run);
}

// Reads what one request may bring.
Status BlockCache::read_run(std::uint64_t offset, std::span<std::byte> into) {
    const auto first = offset / rules_.block;
    const auto last = (offset + into.size() - 1) / rules_.block;
    for (auto number = first; number <= last; ++number) {
        const auto* block = find(number);
        if (block == nullptr) {
            auto end = number;
            while (end < last && !places_.contains(end + 1)) {
                ++end;
            }
            if (auto fetched = fetch_with_more({number, end}); !fetched) {
                return fetched;
            }
            block = find(number);
        }
        const auto begin = number * rules_.block;
        const auto from = std::max(begin, offset);
        const auto to = std::min(begin + block->bytes.size(), offset + into.size());
        std::memcpy(into.data() + (from - offset), block->bytes.data() + (from - begin), to - from);
    }
    return {};
}

Status BlockCache::read(std::uint64_t offset, std::span<std::byte> into) {
    if (auto inside = lies_within(size(), offset, into.size()); !inside) {
        return inside;
    }
    // A run that takes no more blocks than a request brings, wherever in its first one it begins.
    const auto run = rules_.most_a_request - rules_.block + 1;
    for (std::size_t done = 0; done < into.size();) {
        const auto length = std::min(run, into.size() - done);
        if (auto read = read_run(offset + done, into.subspan(done, length)); !read) {
            return read;
        }
        done += length;
    }
    return {};
}

} // namespace rdpsweep::offline
