// Whether NTFS's journal ($LogFile) was closed, as a clean shutdown does.
#pragma once

#include <optional>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

inline constexpr std::size_t journal_head_bytes = 8192; // two restart pages of 4 KiB

// Looks at the first bytes of $LogFile. Nothing: neither restart page can be read.
std::optional<bool> is_journal_clean(Bytes head) noexcept;

} // namespace rdpsweep::offline
