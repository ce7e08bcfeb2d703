// Restart pages of $LogFile. Field names are those of the Linux-NTFS project's documentation; there
// is none of Microsoft's.
#include "offline/ntfs_journal.hpp"

#include <algorithm>

namespace rdpsweep::offline {
namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::uint32_t restart_magic = 0x52545352; // "RSTR"
constexpr std::uint16_t no_client = 0xFFFF;
constexpr std::uint16_t volume_is_clean = 0x0002;

struct RestartArea {
    std::uint64_t newest = 0; // LSN
    bool clean = false;
};

std::optional<RestartArea> restart_area(Bytes page) noexcept {
    const auto area = number_at<std::uint16_t>(page, 24);
    if (number_at<std::uint32_t>(page, 0) != restart_magic || !area) {
        return std::nullopt;
    }
    const auto newest = number_at<std::uint64_t>(page, *area);
    const auto clients = number_at<std::uint16_t>(page, *area + std::size_t{12});
    const auto flags = number_at<std::uint16_t>(page, *area + std::size_t{14});
    if (!newest || !clients || !flags) {
        return std::nullopt;
    }
    return RestartArea{*newest, *clients == no_client || (*flags & volume_is_clean) != 0};
}

} // namespace

std::optional<bool> is_journal_clean(Bytes head) noexcept {
    const auto is_new = [](std::byte byte) { return byte == std::byte{0xFF}; };
    if (!head.empty() && std::all_of(head.begin(), head.end(), is_new)) {
        return true; // as after formatting: nothing was written yet
    }
    std::optional<RestartArea> best;
    for (const std::size_t at : {std::size_t{0}, page_bytes}) {
        const auto page = slice(head, at, page_bytes);
        const auto area = page ? restart_area(*page) : std::nullopt;
        if (area && (!best || area->newest > best->newest)) {
            best = area;
        }
    }
    return best ? std::optional(best->clean) : std::nullopt;
}

} // namespace rdpsweep::offline
