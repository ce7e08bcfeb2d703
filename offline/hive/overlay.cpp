// Reads from place to place, and keeps the places apart.
#include "offline/hive/overlay.hpp"

#include <algorithm>
#include <iterator>

namespace rdpsweep::offline {

void Overlay::grow(std::uint64_t size) noexcept {
    size_ = std::max(size_, size);
}

// Makes room from begin to end: what reaches into it is cut, also in two.
void Overlay::clear(std::uint64_t begin, std::uint64_t end) {
    auto next = places_.lower_bound(begin);
    if (next != places_.begin()) {
        auto& [first, before] = *std::prev(next);
        if (before.end > end) {
            places_.emplace(
                end, Place{.end = before.end, .from = before.from, .at = before.at + (end - first)}
            );
        }
        before.end = std::min(before.end, begin);
    }
    while (next != places_.end() && next->first < end) {
        const auto [first, place] = *next;
        next = places_.erase(next);
        if (place.end > end) {
            next = places_.emplace_hint(
                next,
                end,
                Place{.end = place.end, .from = place.from, .at = place.at + (end - first)}
            );
        }
    }
}

void Overlay::put(
    std::uint64_t offset, std::uint64_t length, ByteSource& from, std::uint64_t place
) {
    if (length == 0) {
        return;
    }
    clear(offset, offset + length);
    places_.emplace(offset, Place{.end = offset + length, .from = &from, .at = place});
    grow(offset + length);
}

Status Overlay::read_below(std::uint64_t offset, std::span<std::byte> into) {
    const auto there = below_.size() - std::min(offset, below_.size());
    const auto length = std::min<std::uint64_t>(there, into.size());
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(length), into.end(), std::byte{0});
    return length == 0 ? Status() : below_.read(offset, into.first(length));
}

Status Overlay::read(std::uint64_t offset, std::span<std::byte> into) {
    if (auto inside = lies_within(size_, offset, into.size()); !inside) {
        return inside;
    }
    auto next = places_.upper_bound(offset);
    if (next != places_.begin() && std::prev(next)->second.end > offset) {
        --next;
    }
    while (!into.empty()) {
        const bool here = next != places_.end() && next->first <= offset;
        const auto end = here                    ? next->second.end
                         : next != places_.end() ? next->first
                                                 : offset + into.size();
        const auto part = into.first(std::min<std::uint64_t>(into.size(), end - offset));
        auto read = here ? next->second.from->read(next->second.at + (offset - next->first), part)
                         : read_below(offset, part);
        if (!read) {
            return read;
        }
        if (here) {
            ++next;
        }
        offset += part.size();
        into = into.subspan(part.size());
    }
    return {};
}

} // namespace rdpsweep::offline
